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

Every file carries the identity of its run: files of different runs cannot be mixed. Once the run
has been captured, `seal.json` says what a verdict rests on: a file that is missing or that differs
is damaged. A folder without a seal is that of a run that was killed.
"""

import dataclasses
import errno
import hashlib
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

from harness.history.history import History
from harness.history.journal import FILE
from harness.history.load import history_of
from harness.history.recording import read_recording
from harness.kit.errors import DamagedError, NoDiskError, RunFolderError
from harness.model import codec
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.seal import Seal
from harness.model.verdict import Verdict
from harness.reporting.places import make_unique, point

LATEST = "latest"
Kept: TypeAlias = Manifest | Plan | Facts | Seal | Verdict
V = TypeVar("V", Manifest, Plan, Facts, Seal, Verdict)

NEVER_SEALED = "the run was never sealed: its harness was killed before everything was captured"
_JOURNAL = f"history/{FILE}"
_MISSING: dict[type[Kept], str] = {
    Manifest: "this is not a run folder, or its run was stopped before it began",
    Plan: "its run was stopped before it began; start it again",
    Facts: "its run ended before the drain, so nothing can be judged; `harness replay {path}`",
    Seal: "its run was stopped before everything was captured",
    Verdict: "its run was never checked; `harness check {path}`",
}
_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")


def stamp(time_utc: str) -> str:
    """A time as `harness.kit.clock.utc_now` writes it, as folders are named by it."""
    return re.sub(r"\.\d+|[-:]", "", time_utc)


class RunFolder:
    """The files of one run, by name and by type.

    Args:
        path: the folder.
        identity: of the run; that of its files unless given.
    """

    def __init__(self, path: Path, identity: str | None = None) -> None:
        self.path = path
        self._identity = identity
        self._told_by = ""

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
                f"No space left on device: {error.filename or self.path} cannot be written; free "
                "some disk and run again"
            ) from error

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.name

    @property
    def identity(self) -> str:
        """What every file of the run carries, so that files of different runs cannot be mixed."""
        if self._identity is None and self.has(Plan):
            self.load(Plan)
        return self._identity or ""

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

    def has(self, kind: type[Kept]) -> bool:
        """Whether that value was written."""
        return _file(self.path, kind).is_file()

    @property
    def looks_like_one(self) -> bool:
        """Whether a run has left anything here, be it damaged."""
        try:
            return any(self.has(kind) for kind in (Manifest, Plan, Facts, Verdict))
        except OSError:
            return True  # whoever opens it is told why it cannot be read

    def save(self, *values: Kept) -> None:
        """Write each value to the file of its type."""
        for value in values:
            codec.save(_file(self.path, type(value)), value, run=self.identity)

    def seal(self) -> None:
        """Say that everything was captured; from now on nothing that a verdict rests on changes."""
        names = (_file(self.path, Plan).name, _file(self.path, Facts).name, _JOURNAL)
        self.save(Seal(digests={name: _digest(self.path / name) for name in names}))

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

    def recording(self) -> History:
        """The run's history; incomplete where the run was never sealed.

        Raises:
            RunFolderError: there is no journal.
            DamagedError: it is not what was written, or belongs to another run.
        """
        sealed = self._check_seal(_JOURNAL)
        recording = read_recording(self.history)
        self._agree(recording.run, _JOURNAL)
        history = history_of(recording)
        if sealed or history.incomplete:
            return history
        return dataclasses.replace(history, incomplete=NEVER_SEALED)

    def load(self, kind: type[V]) -> V:
        """The value of that type.

        Raises:
            RunFolderError: it is missing or torn; says what to do.
            DamagedError: it is not what was written, or belongs to another run.
            FormatVersionError: a newer harness wrote it.
        """
        path = _file(self.path, kind)
        if kind in {Plan, Facts}:
            self._check_seal(path.name)
        if not path.is_file():
            advice = _MISSING[kind].format(path=self.path)
            raise RunFolderError(f"{self.path} has no {path.name}: {advice}")
        value, run = codec.decode_of_run(codec.read(path), kind, source=str(path))
        self._agree(run, path.name)
        return value

    def _check_seal(self, name: str) -> bool:
        """Whether the run was sealed; then the file is what it was, or this raises."""
        if not self.has(Seal):
            return False
        path, digests = self.path / name, self.load(Seal).digests
        if not path.is_file():
            raise DamagedError(path, "it is missing, although its run was captured")
        if _digest(path) != digests.get(name):
            raise DamagedError(path, "it is not what was captured (digest in seal.json)")
        return True

    def _agree(self, run: str, name: str) -> None:
        if self._identity is None:
            self._identity, self._told_by = run, name
        if run != self._identity:
            raise DamagedError(
                self.path / name,
                f"it belongs to run {run or 'none'}, {self._told_by or 'the folder'} to "
                f"{self._identity or 'none'}: files of different runs were mixed",
            )


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
        raise RunFolderError(f"there is no folder {reports}; name the one that holds your runs")
    return run_folders(reports)


def _file(folder: Path, kind: type[Kept]) -> Path:
    return folder / f"{kind.__name__.lower()}.json"


def _digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}") from error


_NO_RUNS = " none so far"


def _known(reports: Path) -> str:
    """The newest runs in a folder, for an error message."""
    runs: Sequence[RunFolder] = run_folders(reports)[:3]
    return ": " + ", ".join(str(reports / run.name) for run in runs) if runs else _NO_RUNS
