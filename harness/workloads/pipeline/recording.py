"""Operations of one process of a pipeline: their ids, when they began, how they ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.history.journal import Journal
from harness.history.tables import EVENT_KINDS, FUNCTIONS, OUTCOMES, SEQUENCE_BITS
from harness.kit.clock import Clock
from harness.workloads import operation_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A row as a writer leaves it; `version` is NOTHING for one that it removes."""

    table: str
    key: int
    version: int
    before: int
    """The version that it has been, as far as the writer knows."""
    kind: str
    """`insert`, `update` or `delete`."""


class Recorder:
    """Records what one process asks and is answered.

    Args:
        journal: of the run.
        clock: of the run.
        name: the process's own.
        client: `writer` or `reader`.
        kind: whose it is: the name of the writers, races or readers that it belongs to.
    """

    def __init__(self, journal: Journal, clock: Clock, name: str, client: str, kind: str) -> None:
        self.name = name
        self.clock = clock
        self._journal = journal
        self._next = journal.process(name, client, kind) << SEQUENCE_BITS

    def number(self) -> int:
        """The next id: of an operation, or of a version that has none of its own."""
        self._next += 1
        return self._next - 1

    def write(self, operation: int, rows: Sequence[Changed]) -> None:
        """A transaction begins that makes `rows`.

        The intent is on disk before the statement is sent: what a killed harness leaves is info.
        """
        operation_rows.began(self._journal, operation, "write", self.clock.now_ns())
        self._journal.append(
            "writes",
            {
                "operation": [operation] * len(rows),
                "table": [self._journal.table(each.table) for each in rows],
                "key": [each.key for each in rows],
                "version": [each.version for each in rows],
                "kind": [EVENT_KINDS.index(each.kind) for each in rows],
            },
        )

    def complete(self, operation: int, outcome: str, error: str | None = None) -> None:
        """An operation ended now."""
        operation_rows.ended(self._journal, operation, self.clock.now_ns(), outcome, error)


class SightRecorder:
    """Records what one reader sees, several reads at a time.

    What a reader asked matters only when it was answered, so nothing is written before.

    Args:
        journal: of the run.
        clock: of the run.
        name: the reader's own.
        place: what it reads.
    """

    def __init__(self, journal: Journal, clock: Clock, name: str, place: str) -> None:
        self._journal = journal
        self._clock = clock
        self._next = journal.process(name, "reader", place) << SEQUENCE_BITS
        self._place = journal.place(place)
        self._reads: list[tuple[int, int, int, int, int]] = []
        self._sights: list[tuple[int, int, int, int]] = []

    @property
    def waiting(self) -> int:
        """Reads that are not in the journal yet."""
        return len(self._reads)

    def saw(self, table: str, key: int, version: int, began_ns: int) -> None:
        """A read showed this version of a row, or NOTHING."""
        operation = self._read("ok", None, began_ns)
        self._sights.append((operation, self._journal.table(table), key, version))

    def failed(self, outcome: str, error: str, began_ns: int) -> None:
        """A read showed nothing that can be relied on."""
        self._read(outcome, error, began_ns)

    def flush(self) -> None:
        """Write down what waits."""
        if not self._reads:
            return
        ids, began, ended, outcomes, errors = zip(*self._reads, strict=True)
        asked = [FUNCTIONS.index("read")] * len(ids)
        self._journal.append("operations", {"id": ids, "f": asked, "time_ns": began})
        if self._sights:
            operation, table, key, version = zip(*self._sights, strict=True)
            self._journal.append(
                "sightings",
                {
                    "operation": operation,
                    "place": [self._place] * len(operation),
                    "table": table,
                    "key": key,
                    "version": version,
                },
            )
        self._journal.append(
            "completions", {"id": ids, "outcome": outcomes, "error": errors, "time_ns": ended}
        )
        self._reads.clear()
        self._sights.clear()

    def _read(self, outcome: str, error: str | None, began_ns: int) -> int:
        operation, self._next = self._next, self._next + 1
        number = self._journal.error(error) if error else 0
        ended_ns = self._clock.now_ns()
        self._reads.append((operation, began_ns, ended_ns, OUTCOMES.index(outcome), number))
        return operation
