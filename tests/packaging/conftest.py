"""A wheel of this checkout, and repositories of somebody else's that use it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tidy.checkout import ROOT, tracked

CONSTRAINTS = ROOT / "constraints.txt"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
SETUPTOOLS = "setuptools>=77"
BUILD_SDIST = "from setuptools import build_meta; print(build_meta.build_sdist('dist'))"


def done(command: Sequence[str | Path], folder: Path, *, path: str = "", status: int = 0) -> str:
    """Run a command in a folder, as if outside of these tests; what it printed.

    Args:
        command: what.
        folder: where.
        path: of Python, for modules that are not installed.
        status: with which it must end.
    """
    ours = ("PYTHONPATH", "PYTEST_", "COV_", "HARNESS_COMPOSE_DIR")
    environment = {name: os.environ[name] for name in os.environ if not name.startswith(ours)}
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == status, ended.stdout
    return ended.stdout


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder with a virtual environment of its own, outside of the checkout."""

    path: Path

    @classmethod
    def empty(cls, path: Path) -> "Repository":
        """An empty one at `path`."""
        path.mkdir()
        venv.create(path / "v")
        return cls(path)

    def run(self, command: str, *arguments: str | Path, status: int = 0) -> str:
        """Run a command of the environment there; what it printed."""
        return done([self.path / "v/bin" / command, *arguments], self.path, status=status)

    def install(self, *requirements: str | Path) -> None:
        """Install packages, those of the constraints in the versions that stand there."""
        into = ("--python", self.path / "v/bin/python")
        done([*PIP, *into, "install", "-q", "-c", CONSTRAINTS, *requirements], self.path)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from a source distribution of what git tracks."""
    folder = tmp_path_factory.mktemp("source")
    for name in tracked():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    tools = str(tmp_path_factory.mktemp("tools"))
    done([*PIP, "install", "-q", "--target", tools, SETUPTOOLS], folder)
    archive = done([sys.executable, "-c", BUILD_SDIST], folder, path=tools).splitlines()[-1]
    build = ("wheel", "-q", "--no-deps", "--no-build-isolation", "-w", "dist", f"dist/{archive}")
    done([*PIP, *build], folder, path=tools)
    (path,) = (folder / "dist").glob("*.whl")
    return path


@pytest.fixture(scope="session")
def theirs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with the wheel, which finds what that depends on where these tests do."""
    made = Repository.empty(tmp_path_factory.mktemp("theirs") / "repository")
    made.install("--no-deps", wheel)
    (packages,) = made.path.glob("v/lib/python*/site-packages")
    # A path that a .pth file adds comes last, and files there that say .pth are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return made
