"""Outcomes of trials in a file, so that a run of many hours can be stopped and go on."""

import hashlib
from pathlib import Path
from threading import Lock
from typing import cast

from benchmarks.mutants.sites import Mutant
from benchmarks.mutants.trial import Outcome


class Kept:
    """Outcomes by what a mutant's module says; a line each, and nothing where there is no file.

    Args:
        file: where they are; None keeps none.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = Lock()
        lines = file.read_text().splitlines() if file is not None and file.exists() else []
        self._known = dict(line.split("\t") for line in lines)

    def outcome_of(self, mutant: Mutant) -> Outcome | None:
        """What was kept of it."""
        return cast("Outcome | None", self._known.get(_digest(mutant)))

    def keep(self, mutant: Mutant, outcome: Outcome) -> None:
        """Write it down."""
        if self._file is not None:
            with self._lock, self._file.open("a") as file:
                file.write(f"{_digest(mutant)}\t{outcome}\n")


def _digest(mutant: Mutant) -> str:
    return hashlib.sha256(f"{mutant.path}\n{mutant.code}".encode()).hexdigest()
