"""A run folder: one run as files that a colleague can open, re-check and replay.

    reports/<utc>-<scenario>-<seed>/
        manifest.json   before boot; again with the end of the run
        plan.json       before boot
        history/        while traffic runs (the journal of harness.history)
        harness.log     from the first moment to the last
        logs/           after drain: <service>.log
        facts.json      after drain
        verdict.json    after check
        junit.xml       after check
        report.html     after check

Each JSON file and page is replaced in one step, so a killed harness leaves the old file or the new
one. `reports/latest` points at the newest run.
"""

import errno
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from harness.kit.errors import NoDiskError, RunFolderError
from harness.model import codec
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import Verdict

LATEST = "latest"
V = TypeVar("V", Manifest, Plan, Facts, Verdict)

_MISSING: dict[type[Manifest | Plan | Facts | Verdict], str] = {
    Manifest: "this is not a run folder, or its run was stopped before it began",
    Plan: "its run was stopped before it began; start it again",
    Facts: "its run ended before the drain, so nothing can be judged; `harness replay {path}`",
    Verdict: "its run was never checked; `harness check {path}`",
}
_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")


def stamp(time_utc: str) -> str:
    """A time as `harness.kit.clock.utc_now` writes it, as folders are named by it."""
    return re.sub(r"\.\d+|[-:]", "", time_utc)


class RunFolder:
    """The files of one run, by name and by type."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, reports: Path, *, scenario: str, seed: int, started_utc: str) -> "RunFolder":
        """Make the folder of a new run and point `latest` at it.

        Args:
            reports: the folder of all runs; made when it is not there.
            scenario: name of the scenario; characters that trouble a shell become `-`.
            seed: seed of the run.
            started_utc: as `harness.kit.clock.utc_now` writes it.

        Raises:
            NoDiskError: the disk is full.
            RunFolderError: the folder cannot be made.
        """
        name = f"{stamp(started_utc)}-{_UNSAFE.sub('-', scenario).strip('-.')}-{seed}"
        try:
            reports.mkdir(parents=True, exist_ok=True)
            folder = cls(_make_unique(reports, name))
            folder.logs.mkdir()
            folder.history.mkdir()
            _point(reports / LATEST, folder.path.name)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise NoDiskError(f"no space left for a run folder in {reports}") from error
            raise RunFolderError(f"cannot make a run folder in {reports}: {error}") from error
        return folder

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """The run folder at `path`, links resolved so that its name is the run's own.

        Raises:
            RunFolderError: there is nothing, or something else; says what to do.
        """
        if not path.is_dir():
            raise RunFolderError(
                f"there is no run folder {path}; the runs are{_known(path.parent)}"
            )
        folder = cls(path.resolve())
        if not folder.has(Manifest):
            inside = _known(path)
            hint = f"; the runs in it are{inside}" if inside != _NO_RUNS else ""
            raise RunFolderError(f"{path} has no manifest.json: {_MISSING[Manifest]}{hint}")
        return folder

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.name

    @property
    def history(self) -> Path:
        """Folder of the journal."""
        return self.path / "history"

    @property
    def logs(self) -> Path:
        """Folder of the services' logs."""
        return self.path / "logs"

    @property
    def harness_log(self) -> Path:
        """What the harness did, for people."""
        return self.path / "harness.log"

    @property
    def junit(self) -> Path:
        """The run as JUnit XML."""
        return self.path / "junit.xml"

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / "report.html"

    def log(self, service: str) -> Path:
        """Where the log of `service` goes."""
        return self.logs / f"{_UNSAFE.sub('-', service)}.log"

    def has(self, kind: type[Manifest | Plan | Facts | Verdict]) -> bool:
        """Whether that value was written."""
        return _file(self.path, kind).is_file()

    def save(self, *values: Manifest | Plan | Facts | Verdict) -> None:
        """Write each value to the file of its type."""
        for value in values:
            codec.save(_file(self.path, type(value)), value)

    def write_report(self, page: bytes, junit: bytes) -> None:
        """Write the page and the JUnit file."""
        codec.write_atomically(self.report, page)
        codec.write_atomically(self.junit, junit)

    def manifest(self) -> Manifest:
        """The run's manifest; errors as in `load`."""
        return self.load(Manifest)

    def plan(self) -> Plan:
        """The run's plan; errors as in `load`."""
        return self.load(Plan)

    def facts(self) -> Facts:
        """The run's facts; errors as in `load`."""
        return self.load(Facts)

    def verdict(self) -> Verdict:
        """The run's verdict; errors as in `load`."""
        return self.load(Verdict)

    def load(self, kind: type[V]) -> V:
        """The value of that type.

        Raises:
            RunFolderError: it is missing or torn; says what to do.
            FormatVersionError: a newer harness wrote it.
        """
        path = _file(self.path, kind)
        if not path.is_file():
            advice = _MISSING[kind].format(path=self.path)
            raise RunFolderError(f"{self.path} has no {path.name}: {advice}")
        return codec.load(path, kind)


def run_folders(reports: Path) -> tuple[RunFolder, ...]:
    """All run folders under `reports`, newest first."""
    if not reports.is_dir():
        return ()
    folders = (RunFolder(path) for path in reports.iterdir() if not path.is_symlink())
    return tuple(
        sorted(
            (run for run in folders if run.has(Manifest)), key=lambda run: run.name, reverse=True
        )
    )


def asked_for(reports: Path) -> tuple[RunFolder, ...]:
    """All run folders under a folder that a user named, newest first.

    Raises:
        RunFolderError: there is no such folder.
    """
    if not reports.is_dir():
        raise RunFolderError(f"there is no folder {reports}; name the one that holds your runs")
    return run_folders(reports)


def _file(folder: Path, kind: type[Manifest | Plan | Facts | Verdict]) -> Path:
    return folder / f"{kind.__name__.lower()}.json"


def _make_unique(reports: Path, name: str) -> Path:
    """A folder that nobody else has: mkdir decides between two runs of one second."""
    attempt = 1
    while True:
        path = reports / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            path.mkdir()
        except FileExistsError:
            attempt += 1
        else:
            return path


def _point(link: Path, target: str) -> None:
    """Let `link` point at its neighbour `target` in one step.

    The new link is made under a name of this process, then renamed over the old one.
    """
    partial = link.with_name(f"{link.name}.{target}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target, target_is_directory=True)
    partial.replace(link)


_NO_RUNS = " none so far"


def _known(reports: Path) -> str:
    """The newest runs in a folder, for an error message."""
    runs: Sequence[RunFolder] = run_folders(reports)[:3]
    return ": " + ", ".join(str(reports / run.name) for run in runs) if runs else _NO_RUNS
