"""A run folder: one run as files that a colleague can open, re-check and replay.

    reports/<utc>-<scenario>-<seed>/
        manifest.json   before boot; again with the end of the run
        plan.json       before boot
        history/        while traffic runs (the journal of harness.history)
        harness.log     from the first moment to the last
        logs/           after drain: <service>.log
        facts.json      after every event; whole after drain
        seal.json       after drain, last: digests of plan, facts and journal
        verdict.json    after check
        junit.xml       after check
        report.html     after check

Each JSON file and page is replaced in one step, so a killed harness leaves the old file or the new
one. `reports/latest` points at the newest run.
"""

import errno
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.kit.errors import NoDiskError, RunFolderError
from harness.model import codec
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import Verdict
from harness.reporting.places import make_unique, point
from harness.reporting.run_files import MISSING, RunFiles

LATEST = "latest"
_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")


def stamp(time_utc: str) -> str:
    """A time as `harness.kit.clock.utc_now` writes it, as folders are named by it."""
    return re.sub(r"\.\d+|[-:]", "", time_utc)


class RunFolder(RunFiles):
    """The files of one run, by name and by type.

    Args:
        path: the folder.
        identity: of the run; that of its files unless given.
    """

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
            path = make_unique(reports, name)
            folder = cls(path, f"{path.name}.{secrets.token_hex(4)}")
            folder.logs.mkdir()
            folder.history.mkdir()
            point(reports / LATEST, folder.path.name)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise NoDiskError(f"not enough disk space for a run folder in {reports}") from error
            raise RunFolderError(f"cannot make a run folder in {reports}: {error}") from error
        return folder

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """The run folder at `path`, links resolved so that its name is the run's own.

        Raises:
            RunFolderError: there is nothing, or something else; says what to do.
        """
        if not path.is_dir():
            raise RunFolderError(f"no run folder {path}; known runs{_known(path.parent)}")
        folder = cls(path.resolve())
        if not folder.has(Manifest):
            inside = _known(path)
            hint = f"; the runs in it{inside}" if inside != _NO_RUNS else ""
            raise RunFolderError(f"{path} has no manifest.json: {MISSING[Manifest]}{hint}")
        return folder

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Write files of the run meanwhile; a full disk is an error that names the place.

        Raises:
            NoDiskError: the disk is full.
        """
        try:
            yield
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise NoDiskError(
                f"No space left on device: cannot write {error.filename or self.path}; free some "
                "disk space and run again"
            ) from error

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.name

    @property
    def logs(self) -> Path:
        """Folder of the services' logs."""
        return self.path / "logs"

    @property
    def harness_log(self) -> Path:
        """The log of the harness."""
        return self.path / "harness.log"

    @property
    def junit(self) -> Path:
        """The run as JUnit XML."""
        return self.path / "junit.xml"

    @property
    def report(self) -> Path:
        """The report page."""
        return self.path / "report.html"

    def log(self, service: str) -> Path:
        """Where the log of `service` goes."""
        return self.logs / f"{_UNSAFE.sub('-', service)}.log"

    @property
    def looks_like_one(self) -> bool:
        """Whether it contains files of a run, even damaged ones."""
        try:
            return any(self.has(kind) for kind in (Manifest, Plan, Facts, Verdict))
        except OSError:
            return True  # opening it says why it cannot be read

    def write_report(self, page: bytes, junit: bytes) -> None:
        """Write the page and the JUnit file."""
        codec.write_atomically(self.report, page)
        codec.write_atomically(self.junit, junit)


def run_folders(reports: Path) -> tuple[RunFolder, ...]:
    """All run folders under `reports`, newest first."""
    if not reports.is_dir():
        return ()
    folders = (RunFolder(path) for path in reports.iterdir() if not path.is_symlink())
    return tuple(
        sorted(
            (run for run in folders if run.looks_like_one), key=lambda run: run.name, reverse=True
        )
    )


def asked_for(reports: Path) -> tuple[RunFolder, ...]:
    """All run folders under a folder that a user named, newest first.

    Raises:
        RunFolderError: there is no such folder.
    """
    if not reports.is_dir():
        raise RunFolderError(f"no folder {reports}; give the folder that contains your runs")
    return run_folders(reports)


_NO_RUNS = ": none"


def _known(reports: Path) -> str:
    """The newest runs in a folder, for an error message."""
    runs: Sequence[RunFolder] = run_folders(reports)[:3]
    return ": " + ", ".join(str(reports / run.name) for run in runs) if runs else _NO_RUNS
