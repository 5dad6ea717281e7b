"""The files of one run by type: written atomically, and verified when they are read.

Every file carries the identity of its run: files of different runs cannot be mixed. Once the run
has been captured, `seal.json` says what a verdict rests on: a file that is missing or that differs
is damaged. A folder without a seal is that of a run that was killed.
"""

import dataclasses
import hashlib
from pathlib import Path
from typing import TypeAlias, TypeVar

from harness.history.history import History
from harness.history.journal import FILE
from harness.history.load import history_of
from harness.history.recording import read_recording
from harness.kit.errors import DamagedError, RunFolderError
from harness.model import codec
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.seal import Seal
from harness.model.verdict import Verdict

Kept: TypeAlias = Manifest | Plan | Facts | Seal | Verdict
V = TypeVar("V", Manifest, Plan, Facts, Seal, Verdict)

NEVER_SEALED = "the run is not sealed: the harness was killed before capture was complete"
_JOURNAL = f"history/{FILE}"
MISSING: dict[type[Kept], str] = {
    Manifest: "this is not a run folder, or its run was stopped before it started",
    Plan: "its run was stopped before it started; run the scenario again",
    Facts: "its run ended before drain, so it cannot be judged; run `harness replay {path}`",
    Seal: "its run was stopped before capture was complete",
    Verdict: "its run was not checked; run `harness check {path}`",
}


class RunFiles:
    """What a run has written: one value a type, and its history.

    Args:
        path: the folder.
        identity: of the run; that of its files unless given.
    """

    def __init__(self, path: Path, identity: str | None = None) -> None:
        self.path = path
        self._identity = identity
        self._told_by = ""

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

    def has(self, kind: type[Kept]) -> bool:
        """Whether that value was written."""
        return _file(self.path, kind).is_file()

    def save(self, *values: Kept) -> None:
        """Write each value to the file of its type."""
        for value in values:
            codec.save(_file(self.path, type(value)), value, run=self.identity)

    def seal(self) -> None:
        """Record that everything was captured: digests of the files that a verdict rests on."""
        names = (_file(self.path, Plan).name, _file(self.path, Facts).name, _JOURNAL)
        self.save(Seal(digests={name: _digest(self.path / name) for name in names}))

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
            advice = MISSING[kind].format(path=self.path)
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
            raise DamagedError(path, "it is missing, although the seal lists it")
        if _digest(path) != digests.get(name):
            raise DamagedError(path, "its digest differs from the one in seal.json")
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


def _file(folder: Path, kind: type[Kept]) -> Path:
    return folder / f"{kind.__name__.lower()}.json"


def _digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}") from error
