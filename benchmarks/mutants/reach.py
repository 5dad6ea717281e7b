"""Which tests reach which lines, and how long each takes: measured by one run of all of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest

# Plain assertions: pytest would import each module of a plugin, which harness is, by itself, and
# rewritten as it stands in its file.
OPTIONS = ("-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:cov", "--assert=plain")


class Recorder:
    """A plugin that tells the coverage measurement which test runs, and keeps durations."""

    def __init__(self, measurement: coverage.Coverage) -> None:
        self._measurement = measurement
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """From here on what runs is the test's."""
        self._measurement.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up setup, call and teardown."""
        taken = self.seconds.get(report.nodeid, 0.0)
        self.seconds[report.nodeid] = taken + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


@dataclass(frozen=True, slots=True)
class Reach:
    """The tests by the lines that they reach."""

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]
    """Path of a module → line → tests that run it."""
    at_import: dict[str, list[int]] = field(default_factory=dict)
    """Path of a module → lines that run when it, or a test, is imported."""

    def tests_of(self, path: Path, line: int) -> list[str]:
        """Tests that notice a change of a line, if any does; the quickest first.

        A line that runs when its module is imported concerns all tests of that module.
        """
        module = self.lines.get(str(path), {})
        found = module.get(line) or sorted({test for tests in module.values() for test in tests})
        return sorted(found, key=lambda test: self.seconds[test])


def measure(tests: Sequence[str], sources: Sequence[str], out: Path) -> None:
    """Run `tests` with their reach into `sources`, and write it down.

    Raises:
        SystemExit: a test fails without any mutant.
    """
    measured = coverage.Coverage(data_file=None, source=list(sources), config_file=False)
    recorder = Recorder(measured)
    measured.start()
    try:
        pytest.main([*OPTIONS, *tests], plugins=[recorder])
    finally:
        measured.stop()
    if recorder.failed or not recorder.seconds:
        raise SystemExit(f"these tests fail without any mutant: {', '.join(recorder.failed)}")
    data, lines, at_import = measured.get_data(), {}, {}
    for name in data.measured_files():
        found = data.contexts_by_lineno(name)
        path = str(Path(name).relative_to(Path.cwd()))
        lines[path] = {line: sorted(filter(None, tests)) for line, tests in found.items()}
        at_import[path] = sorted(line for line, tests in found.items() if "" in tests)
    out.write_text(
        json.dumps({"seconds": recorder.seconds, "lines": lines, "at_import": at_import})
    )


def reach_in(file: Path) -> Reach:
    """What `measure` wrote."""
    read: dict[str, Any] = json.loads(file.read_text())
    lines = {
        path: {int(line): tests for line, tests in found.items()}
        for path, found in read["lines"].items()
    }
    return Reach(read["seconds"], lines, read["at_import"])
