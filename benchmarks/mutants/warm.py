"""Trials in a process that has imported and collected everything: most mutants need no more.

A mutant that changes what a function does, and nothing that runs at import, is put into the
function itself, in a fork of this process. Any other one has to be imported: see `trial`.
Modules of tests must not work with tables when they are imported: a fork has no threads of Polars.
"""

import gc
import importlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from benchmarks.mutants.reach import OPTIONS, Reach
from benchmarks.mutants.sites import Mutant, module_of
from benchmarks.mutants.trial import silence

Place = tuple[str, str, int]


class Failures:
    """A plugin that notices that a test failed."""

    def __init__(self) -> None:
        self.any = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember it."""
        self.any |= report.failed


class Warm:
    """Tests by their names, and functions by where they are written."""

    def __init__(self, session: pytest.Session, paths: Sequence[Path], reach: Reach) -> None:
        for path in paths:
            importlib.import_module(module_of(path))
        self._items = {item.nodeid: item for item in session.items}
        self._numbers = {name: number for number, name in enumerate(self._items)}
        self._kills = multiprocessing.get_context("fork").Array("i", len(self._items))
        """How many mutants each test has killed: those that do so often go first."""
        self._failures = Failures()
        session.config.pluginmanager.register(self._failures)
        self._reach = reach
        self._functions: dict[Place, list[FunctionType]] = {}
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                self._functions.setdefault(_place(each.__code__), []).append(each)

    def process(self, mutant: Mutant, tests: Sequence[str]) -> BaseProcess | None:
        """A process that runs `tests` against `mutant`.

        None where the mutant has to be imported, or a test was not collected.
        """
        if mutant.line in self._reach.at_import.get(str(mutant.path), ()):
            return None
        changes = self._changes(mutant)
        if not changes:
            return None
        items = [self._items[name] for name in tests if name in self._items]
        if len(items) < len(tests):
            return None
        items.sort(key=lambda item: -self._kills[self._numbers[item.nodeid]])
        fork = multiprocessing.get_context("fork")
        return fork.Process(target=self._run, args=(changes, items))

    def _changes(self, mutant: Mutant) -> list[tuple[FunctionType, CodeType]]:
        """Functions and what the mutant makes of them; none where a module's own code changes."""
        path = str(mutant.path.absolute())
        before, after = (
            compile(code, path, "exec", dont_inherit=True)
            for code in (mutant.path.read_text(), mutant.code)
        )
        changes = []
        for old, new in differing(before, after):
            found = self._functions.get(_place(old), [])
            if not found or len(old.co_freevars) != len(new.co_freevars):
                return []
            changes += [(function, new) for function in found]
        return changes

    def _run(
        self, changes: Sequence[tuple[FunctionType, CodeType]], items: Sequence[pytest.Item]
    ) -> None:
        silence()
        for function, code in changes:
            function.__code__ = code
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failures.any:
                with self._kills:
                    self._kills[self._numbers[item.nodeid]] += 1
                os._exit(1)
        os._exit(0)


def with_collected(
    tests: Sequence[str], paths: Sequence[Path], reach: Reach, then: Callable[[Warm], None]
) -> None:
    """Collect `tests` and call `then` instead of running them."""

    class Instead:
        def pytest_runtestloop(self, session: pytest.Session) -> bool:
            threads = [each.read_text() for each in Path("/proc/self/task").glob("*/comm")]
            if any(name.startswith("polars-0") for name in threads):
                raise SystemExit("a module of the tests works with tables when it is imported")
            then(Warm(session, paths, reach))
            return True

    pytest.main([*OPTIONS, "-qq", "-s", *tests], plugins=[Instead()])


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The outermost functions that differ; the module itself where its own code does."""
    inner = [[each for each in code.co_consts if isinstance(each, CodeType)] for code in (old, new)]
    if _own(old) != _own(new) or len(inner[0]) != len(inner[1]):
        yield old, new
        return
    for before, after in zip(*inner, strict=True):
        if before == after:
            continue
        is_class = "__module__" in before.co_names and "__qualname__" in before.co_names
        yield from differing(before, after) if is_class else [(before, after)]


def _own(code: CodeType) -> object:
    """What a code object does, but for functions within it."""
    constants = [(type(each), each) for each in code.co_consts if not isinstance(each, CodeType)]
    return code.co_code, code.co_names, code.co_varnames, repr(constants), code.co_flags
