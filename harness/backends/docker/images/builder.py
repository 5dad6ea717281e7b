"""Builds one image with the Docker engine's classic builder, and says why when it cannot.

The build context is made here, not by the engine's client: file modes, owners and times are the
same for everyone, and a folder `ca-certificates/` with the host's CA bundle is added to it. Behind
a company's TLS proxy no https download works without that bundle. It is not part of an image's
hash, and a recipe uses it only in a stage that is thrown away.
"""

import fcntl
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

import requests
from docker import errors

from harness.backends.docker import engine
from harness.backends.docker.engine import Api
from harness.kit.errors import ImageBuildError, NoDiskError
from harness.kit.waits import NotYet, wait_until

SILENCE_LIMIT_S = 900
BUILD_LIMIT_S = 3600
TAIL_LINES = 15
CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# Every engine knows these build arguments without a recipe declaring them.
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# What a build prints when something outside of it fails, and what helps.
_COLOUR = re.compile(r"\x1b\[\d*m")
_NETWORK_HINT = (
    "A build downloads Debian packages, Maven artifacts and Go modules: it needs the network. "
    "Where that goes through a proxy, set HTTP_PROXY and HTTPS_PROXY; they are handed in."
)
_PROXY_HINT = (
    "If a TLS proxy is between this machine and the network, set SSL_CERT_FILE to the CA "
    "bundle that has its certificate; the build uses it."
)
_HINTS = {
    # Maven says no more than "transfer failed" of a certificate that it does not trust.
    r"certificate verif|self-signed certificate|x509|PKIX|transfer failed for https": _PROXY_HINT,
    r"resolv|unknown host|dial tcp|timed out|connection refused|unreachable|no such host|"
    r"failed to fetch|could not transfer": _NETWORK_HINT,
}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What the engine is asked to build."""

    tag: str
    folder: Path
    arguments: Mapping[str, str]
    labels: Mapping[str, str]


class Builder(Protocol):
    """Who knows which images there are and makes new ones."""

    def has(self, tag: str) -> bool:
        """Whether the image is there."""

    def debian(self, release: str, script: Path, say: Say) -> str:
        """The name of a minimal image of that Debian release, fetched or made by `script`."""

    def build(self, build: Build, say: Say) -> None:
        """Build the image unless another process just did."""


def connect() -> Api:
    """A client of the engine that waits for the steps of a build.

    Raises:
        NoDockerError: none answers.
    """
    return engine.connect(SILENCE_LIMIT_S)


class DockerBuilder:
    """The builder that asks a Docker engine."""

    def __init__(self, client: Callable[[], Api] = connect) -> None:
        self._client = client

    @cached_property
    def _api(self) -> Api:
        return self._client()

    def has(self, tag: str) -> bool:
        """Whether the image is there."""
        try:
            self._api.inspect_image(tag)
        except errors.ImageNotFound:
            return False
        return True

    def debian(self, release: str, script: Path, say: Say) -> str:
        """The name of a minimal image of that Debian release, fetched or made by `script`.

        Raises:
            ImageBuildError: neither worked.
        """
        official, own = f"debian:{release}-slim", f"kafka-chaos-harness/debian:{release}"
        for tag in (official, own):
            if self.has(tag):
                return tag
        try:
            say(f"pulling {official}")
            self._api.pull("debian", tag=f"{release}-slim")
        except (errors.APIError, requests.RequestException) as error:
            say(f"{official} cannot be pulled ({error}); making it from Debian's packages")
        else:
            return official
        with _locked(f"debian-{release}", say), tempfile.TemporaryFile() as archive:
            if not self.has(own):
                _run_script([str(script), release], archive, say)
                archive.seek(0)
                try:
                    self._api.import_image(
                        src=archive, repository="kafka-chaos-harness/debian", tag=release
                    )
                except (errors.APIError, requests.RequestException) as error:
                    raise ImageBuildError(f"{own} cannot be imported: {error}") from error
        return own

    def build(self, build: Build, say: Say) -> None:
        """Build the image unless another process just did.

        Raises:
            NoDiskError: the engine ran out of disk.
            ImageBuildError: a step failed; the message has its last lines and what to do.
        """
        with _locked(build.tag, say):
            if self.has(build.tag):
                return
            say(f"building {build.tag}")
            proxies = {name: os.environ[name] for name in PROXY_VARIABLES if name in os.environ}
            with context(build.folder, ca_certificates(os.environ)) as archive:
                try:
                    progress = self._api.build(
                        fileobj=archive,
                        custom_context=True,
                        tag=build.tag,
                        buildargs={**proxies, **build.arguments},
                        labels=dict(build.labels),
                        rm=True,
                        forcerm=True,
                        decode=True,
                    )
                    self._follow(build, progress, say)
                except (errors.APIError, requests.RequestException) as error:
                    raise ImageBuildError(
                        f"the image {build.tag} cannot be built: {error}"
                    ) from error

    def _follow(self, build: Build, progress: Iterable[Mapping[str, Any]], say: Say) -> None:
        step, lines = "before the first step", list[str]()  # the lines of this step
        for event in progress:
            for line in _COLOUR.sub("", str(event.get("stream", ""))).splitlines():
                if not line.strip():
                    continue
                if line.startswith("Step "):
                    step = line
                    lines.clear()
                lines.append(line)
                say(line)
            if "error" in event:
                self._fail(build, step, lines, str(event["error"]))

    def _fail(self, build: Build, step: str, lines: list[str], error: str) -> NoReturn:
        tail = "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])
        said = f"the image {build.tag} cannot be built: {error}\n  {step}\n{tail}"
        if "no space left on device" in f"{error}{tail}".lower():
            raise NoDiskError(f"{said}\n{self._free_disk()}")
        # The cause often stands far above the last lines.
        output = "\n".join(lines)
        hints = [
            hint for pattern, hint in _HINTS.items() if re.search(pattern, output, re.IGNORECASE)
        ]
        raise ImageBuildError("\n".join([said, *hints]))

    def _free_disk(self) -> str:
        root = Path(str(self._api.info().get("DockerRootDir", "")))
        free = f"{shutil.disk_usage(root).free / 1e9:.1f} GB" if root.is_dir() else "unknown"
        return (
            f"Free disk where the engine keeps its images ({root}): {free}; the stack's images "
            "take about 2 GB. `docker system prune` frees what nothing uses"
        )


def recipe_files(folder: Path) -> list[Path]:
    """The files that make up a recipe, in a fixed order; hidden ones do not count."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".pyc"
    )


def is_runnable(path: Path) -> bool:
    """Whether the file may be executed: the one part of its mode that a recipe means."""
    return bool(path.stat().st_mode & 0o100)


@contextmanager
def context(folder: Path, certificates: Mapping[str, bytes]) -> Iterator[io.BufferedIOBase]:
    """A build context: the recipe, and the certificates in `ca-certificates/`."""
    with tempfile.TemporaryFile() as raw:
        with tarfile.open(fileobj=raw, mode="w") as tar:
            for path in recipe_files(folder):
                name = path.relative_to(folder).as_posix()
                _add(tar, name, path.read_bytes(), 0o755 if is_runnable(path) else 0o644)
            directory = tarfile.TarInfo("ca-certificates")
            directory.type, directory.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(directory)
            for name, data in certificates.items():
                _add(tar, f"ca-certificates/{name}", data, 0o644)
        raw.seek(0)
        yield raw


def ca_certificates(environment: Mapping[str, str]) -> dict[str, bytes]:
    """The host's CA bundle as one file per certificate; empty when no variable names one.

    Debian's update-ca-certificates takes a file for one certificate and skips the rest of it.
    """
    given = (Path(environment[name]) for name in CA_VARIABLES if environment.get(name))
    bundle = next((path for path in given if path.is_file()), None)
    if bundle is None:
        return {}
    found = dict.fromkeys(_CERTIFICATE.findall(bundle.read_bytes()))
    return {f"host-{number:03}.crt": data + b"\n" for number, data in enumerate(found)}


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    tar.addfile(entry, io.BytesIO(data))


@contextmanager
def _locked(what: str, say: Say) -> Iterator[None]:
    """Hold a lock that the kernel gives back when its holder dies."""
    name = re.sub(r"\W+", "-", f"kafka-chaos-harness-{os.getuid()}-{what}")
    with (Path(tempfile.gettempdir()) / f"{name}.lock").open("w") as file:
        told = False

        def taken() -> bool | NotYet:
            nonlocal told
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    say(f"another process is building {what}; waiting for it")
                told = True
                return NotYet("another process holds it")
            return True

        wait_until(f"the lock on {what}", taken, limit_s=BUILD_LIMIT_S, interval_s=0.2)
        yield


def _run_script(command: list[str], output: IO[bytes], say: Say) -> None:
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, text=True
    ) as process:
        lines = list[str]()
        for line in process.stderr or ():
            lines.append(line.rstrip())
            say(lines[-1])
    if process.returncode != 0:
        tail = "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])
        raise ImageBuildError(
            f"no Debian image can be pulled, and {command[0]} failed with status "
            f"{process.returncode}:\n{tail}\n{_NETWORK_HINT}"
        )
