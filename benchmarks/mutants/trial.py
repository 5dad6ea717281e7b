"""One mutant against the tests that reach it, in a process of its own.

The module is changed in that process alone, as it is imported: no file is. Processes are forked
from one that has imported what is slow to import and nothing of the harness.
"""

import importlib.machinery
import multiprocessing
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from types import CodeType, ModuleType
from typing import Literal, TypeAlias

import pytest

from benchmarks.mutants.reach import OPTIONS
from benchmarks.mutants.sites import Mutant

Outcome: TypeAlias = Literal["killed", "survived", "timed out"]
PRELOADED = [
    # No plugin of pytest: it would warn that it cannot rewrite what is imported.
    *("pytest", "numpy", "polars", "pyarrow", "msgspec", "confluent_kafka", "scipy.sparse"),
    __name__,
]
STARTUP_S = 60.0
SLOWER = 5.0
"""So many times what its tests took once may a mutant take, and STARTUP_S."""


class Changed(importlib.machinery.SourceFileLoader):
    """Loads a module from other code than its file holds, and leaves its bytecode alone."""

    def __init__(self, name: str, path: str, code: str) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - as the base has it
        """The mutant's."""
        return compile(self._code, self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds one module as the mutant has it."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The mutant, when it is asked for."""
        if fullname != self._mutant.module:
            return None
        path = str(self._mutant.path.absolute())
        loader = Changed(fullname, path, self._mutant.code)
        return importlib.machinery.ModuleSpec(fullname, loader, origin=path)


def cold(mutant: Mutant, tests: Sequence[str], *, shuffled: bool = False) -> BaseProcess:
    """A process that imports the mutant and runs `tests` until one fails.

    Args:
        mutant: what is tried.
        tests: their names, or files of them.
        shuffled: in an order in which neighbours differ, so that one that kills comes soon.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context.Process(target=_run, args=(mutant, tests, shuffled))


def outcome_of(process: BaseProcess, seconds: float) -> Outcome:
    """How a process of tests ends, which take `seconds` without a mutant."""
    process.start()
    process.join(STARTUP_S + SLOWER * seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        return "timed out"
    return "survived" if process.exitcode == 0 else "killed"


def instead(path: Path, code: str) -> Mutant:
    """A module with other code: what is sure to live, or to be killed, shows that trials work."""
    return Mutant(path, 1, "none", "", "", code)


def silence() -> None:
    """Let this process print nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


class Shuffled:
    """A plugin that shuffles tests."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The same order each time."""
        Random(len(items)).shuffle(items)


def _run(mutant: Mutant, tests: Sequence[str], shuffled: bool) -> None:  # noqa: FBT001 - of a process
    silence()
    sys.meta_path.insert(0, Finder(mutant))
    # Each trial imports the same tests and modules: only the first one has to compile them.
    sys.dont_write_bytecode = False
    os._exit(int(pytest.main([*OPTIONS, "-x", *tests], plugins=[Shuffled()] * shuffled)))
