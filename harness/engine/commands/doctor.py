"""What a machine needs for a run, whether it is there, and how to get it."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass

from harness.backends.docker import engine
from harness.backends.docker.images import recipes as images
from harness.backends.docker.images.builder import DockerBuilder
from harness.kit.errors import HarnessError

MEMORY_BYTES_LEAST = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One need: what was seen of it, and the remedy when it is not met."""

    what: str
    ok: bool
    seen: str
    remedy: str = ""


def examine() -> tuple[Finding, ...]:
    """Look at Python, memory, git, the Docker engine, its disk, and the images."""
    return (_python(), _memory(), _git(), *_docker())


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 11), platform.python_version(), "install 3.11")


def _memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Finding(
        "memory",
        total >= MEMORY_BYTES_LEAST,
        f"{total / 1024**3:.1f} GiB",
        "a stack of three brokers needs 2 GiB; use a machine with at least 4 GiB",
    )


def _git() -> Finding:
    return Finding(
        "git", shutil.which("git") is not None, shutil.which("git") or "not found",
        "install git; without it a manifest does not contain the commit",
    )  # fmt: skip


def _docker() -> tuple[Finding, ...]:
    try:
        api = engine.connect()
    except HarnessError as error:
        return (
            Finding(
                "Docker engine", ok=False, seen="no answer",
                remedy=f"{error}; Debian and Ubuntu: apt-get install docker.io iptables",
            ),
        )  # fmt: skip
    answer = Finding("Docker engine", ok=True, seen=str(api.version()["Version"]))
    try:
        engine.require_disk(api)
        disk = Finding("disk for Docker", ok=True, seen="enough")
    except HarnessError as error:
        disk = Finding("disk for Docker", ok=False, seen=str(error), remedy="docker system prune")
    return (answer, disk, *(_image(name) for name in images.names()))


def _image(name: str) -> Finding:
    tag = images.recipe(name).tag
    there = DockerBuilder().has(tag)
    seen = tag if there else f"the first run builds {tag} (all images take about two minutes)"
    return Finding(f"image {name}", ok=True, seen=seen)
