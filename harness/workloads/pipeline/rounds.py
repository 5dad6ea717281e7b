"""Rounds of rows of the harness's own: written into every table, looked for wherever they come out.

What is tested may delete a round's rows, or never pass them on, so whoever waits for one writes
another after a while. Each has keys, versions and a process of its own, and each sight of one of
its rows is recorded: what is seen once has been there, whatever becomes of it.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.history.journal import Journal
from harness.history.tables import SEQUENCE_BITS
from harness.kit.clock import Clock
from harness.kit.errors import HarnessError
from harness.kit.waits import NS_PER_S
from harness.workloads.pipeline.recording import SightRecorder

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""After that a round is written again that the source did not take."""
ANOTHER_S = 15.0
"""After that another round is written when the last one has not come out."""
LOOK_EVERY_S = 0.1

Found: TypeAlias = Mapping[str, Mapping[int, int]]
"""Table → key → version of rows that a place holds, or has held."""
Look: TypeAlias = Callable[[], Found]


class UnansweredError(HarnessError):
    """A system cannot be read, or does not take what is written."""


@dataclass(frozen=True, slots=True)
class Round:
    """Rows that were committed together, as far as the source said."""

    rows: dict[str, dict[int, int]]
    written_ns: int
    seen: defaultdict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    """Place → tables and keys of rows that were seen there."""

    @property
    def count(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.rows.values()))

    def came_out_of(self, place: str) -> bool:
        """Whether each of its rows was seen there."""
        return len(self.seen[place]) == self.count


class Rounds:
    """Rounds of one kind.

    Args:
        name: of the process of each round.
        keys: of the first round, in each table; those of the next ones follow.
        tables: of the source.
        write: how the source is written to.
        looks: by place, how to look into it.

    Both may raise UnansweredError.
    """

    def __init__(
        self,
        name: str,
        *,
        keys: range,
        tables: Sequence[str],
        write: Callable[[Mapping[str, Mapping[int, int]]], None],
        looks: Mapping[str, Look],
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._name = name
        self._keys = keys
        self._tables = tables
        self._write = write
        self._looks = looks
        self._journal = journal
        self._clock = clock
        self._rounds: list[Round] = []
        self._refused: str | None = None
        self._refused_ns = self._looked_ns = -(1 << 62)
        self._unreadable: dict[str, str] = {}
        self._recorders: dict[str, SightRecorder] = {}
        self._passed: dict[str, int] = {}

    def unwritten(self) -> str | None:
        """Write the first round; None when it is committed, else what the source says."""
        if self._rounds:
            return None
        return self._another(after_ns=self._refused_ns, wait_s=RETRY_S)

    def missing(self, place: str) -> str | None:
        """What has not come out of `place` yet; None when all rows of any round have.

        Another round is written when none has come for a while.
        """
        if not self._rounds:
            return self._unwritten
        problem = self._look(place)
        if any(each.came_out_of(place) for each in self._rounds):
            return None
        self._another(after_ns=self._rounds[-1].written_ns, wait_s=ANOTHER_S)
        return problem or self._lacking(place)

    def latest_missing(self, place: str) -> str | None:
        """What has not come out of `place` yet; None when all rows of the last round have."""
        if not self._rounds:
            return self._unwritten
        problem = self._look(place)
        if self._rounds[-1].came_out_of(place):
            return None
        self._another(after_ns=self._rounds[-1].written_ns, wait_s=ANOTHER_S)
        return problem or self._lacking(place)

    def overtaking(self, place: str, differs: Callable[[], str | None], more: int) -> str | None:
        """What `place` lacks that the rows of a round may have overtaken; None when it lacks none.

        So many `more` rounds, each written when the one before has come out, show it as well: what
        they all overtook is not on its way.

        Args:
            place: of a copy that does not keep the order of rows.
            differs: how it differs from the source now; None for not at all.
            more: rounds after the first that came out.
        """
        problem = self._look(place) if self._rounds else self._unwritten
        if problem is not None:
            return problem
        lacks = differs()
        if lacks is None:
            return None
        passed = self._passed.setdefault(place, len(self._rounds))
        if not self._rounds[-1].came_out_of(place):
            return self.latest_missing(place)
        if len(self._rounds) >= passed + more:
            return None
        self._another(after_ns=self._refused_ns, wait_s=RETRY_S)
        return lacks

    @property
    def _unwritten(self) -> str:
        return self._refused or "no end marks were written"

    def _lacking(self, place: str) -> str:
        last = self._rounds[-1]
        return f"{len(last.seen[place])} of {last.count} rows of round {len(self._rounds)}"

    def _another(self, *, after_ns: int, wait_s: float) -> str | None:
        """Write a round unless it is too early; None when it is committed."""
        now_ns = self._clock.now_ns()
        earliest_ns = max(after_ns + wait_s * NS_PER_S, self._refused_ns + RETRY_S * NS_PER_S)
        if now_ns < earliest_ns:
            return self._refused or "the interval has not passed"
        version = self._journal.process(self._name, "writer", self._name) << SEQUENCE_BITS
        rows: dict[str, dict[int, int]] = {}
        for table in self._tables:
            rows[table] = {key: version + place for place, key in enumerate(self._keys)}
            version += len(self._keys)
        # What was refused may have been committed all the same: its keys are never used again.
        self._keys = range(self._keys.stop, self._keys.stop + len(self._keys))
        try:
            self._write(rows)
        except UnansweredError as error:
            self._refused, self._refused_ns = f"the source refused it: {error}", now_ns
            return self._refused
        self._rounds.append(Round(rows, self._clock.now_ns()))
        return None

    def _look(self, place: str) -> str | None:
        """Look into every place, unless that was just now; what kept `place` from being read."""
        now_ns = self._clock.now_ns()
        if now_ns >= self._looked_ns + LOOK_EVERY_S * NS_PER_S:
            self._looked_ns = now_ns
            for each, look in self._looks.items():
                self._see(each, look)
        return self._unreadable.get(place)

    def _see(self, place: str, look: Look) -> None:
        if all(each.came_out_of(place) for each in self._rounds):
            return
        began_ns = self._clock.now_ns()
        try:
            found = look()
        except UnansweredError as error:
            self._unreadable[place] = f"it cannot be read: {error}"
            return
        self._unreadable.pop(place, None)
        for each in self._rounds:
            self._record(place, each, found, began_ns)

    def _record(self, place: str, seen: Round, found: Found, began_ns: int) -> None:
        if place not in self._recorders:
            name = f"{self._name}-reader-{place}"
            self._recorders[place] = SightRecorder(self._journal, self._clock, name, place)
        recorder = self._recorders[place]
        for table, rows in seen.rows.items():
            there = found.get(table, {})
            for key, version in rows.items():
                if there.get(key) == version and (table, key) not in seen.seen[place]:
                    seen.seen[place].add((table, key))
                    recorder.saw(table, key, version, began_ns)
        recorder.flush()
