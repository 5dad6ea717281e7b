"""The Docker engine: reaching it, what its errors mean, and whether it has room."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import requests
from docker import APIClient, errors, utils

from harness.kit.errors import BootError, NoDiskError, NoDockerError, PortTakenError

Api: TypeAlias = Any
"""A `docker.APIClient`; the SDK has no types."""

CALL_LIMIT_S = 60
FREE_DISK_GIB_MIN = 3.0
_GIB = 1024**3


def connect(limit_s: float = CALL_LIMIT_S) -> Api:
    """A client of the engine that the environment names.

    Args:
        limit_s: for each answer of the engine.

    Raises:
        NoDockerError: none answers, or a Python package is missing that the way to it needs.
    """
    address = os.environ.get("DOCKER_HOST", "")
    if address.startswith("ssh://") and find_spec("paramiko") is None:
        raise NoDockerError(
            f"DOCKER_HOST={address} needs the Python package paramiko, which is not installed; run "
            "`pip install paramiko`, or name an engine of this machine"
        )
    with translated("ask the engine for its version"):
        return APIClient(version="auto", timeout=limit_s, **utils.kwargs_from_env())


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn what the engine's client raises into this harness's errors.

    Args:
        doing: what was tried, to complete "cannot …".

    Raises:
        NoDockerError: the engine does not answer.
        NoDiskError: it has no room left.
        PortTakenError: a port of the host is taken.
        BootError: anything else.
    """
    try:
        yield
    except errors.APIError as error:
        raise _meaning(f"cannot {doing}: {error.explanation or error}") from error
    except (errors.DockerException, requests.RequestException) as error:
        raise NoDockerError(
            f"cannot {doing}: no Docker engine answers at "
            f"{os.environ.get('DOCKER_HOST', 'its usual socket')} ({_root(error)}); start Docker, "
            "or name an engine in DOCKER_HOST; `harness doctor` says what else is missing"
        ) from error


def _root(error: BaseException) -> BaseException:
    """What an error began with: the client wraps a refused connection four times."""
    return error if error.__context__ is None else _root(error.__context__)


def _meaning(message: str) -> BootError:
    text = message.lower()
    if "no space left on device" in text:
        return NoDiskError(f"{message}; free some disk, for example with `docker system prune`")
    if "port is already allocated" in text or "address already in use" in text:
        return PortTakenError(f"{message}; stop what uses it, or let the harness pick free ports")
    return BootError(message)


def require_disk(api: Api) -> None:
    """Check that there is room for a run where the engine stores its data.

    An engine in a virtual machine or elsewhere has its disk out of sight; then nothing is checked.

    Raises:
        NoDiskError: less than FREE_DISK_GIB_MIN is free.
    """
    with translated("ask the engine where it stores data"):
        root = Path(api.info()["DockerRootDir"])
    try:
        free_gib = shutil.disk_usage(root).free / _GIB
    except OSError:
        return
    if free_gib < FREE_DISK_GIB_MIN:
        raise NoDiskError(
            f"only {free_gib:.1f} GiB are free in {root}, where Docker stores data, and a run "
            f"needs {FREE_DISK_GIB_MIN:g}; free some, for example with `docker system prune`"
        )
