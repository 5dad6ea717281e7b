"""What a truncation ends: it names a table, not the rows that were in it."""

from collections.abc import Iterator

from harness.history.history import NOTHING
from harness.workloads.pipeline.topics.decoding import SILENT, Event

TRUNCATION = "truncate"


class RowsToldOf:
    """The rows that the events of one log tell of, in their order.

    An event of a truncation has no key, so it goes to any partition; what it ends can be said of
    the log that it is in, which is the whole table only where the topic has one partition.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], int] = {}

    def spelled_out(self, event: Event) -> Iterator[Event]:
        """The event itself; for a truncation the removal of each row that it ends."""
        if event.kind == TRUNCATION:
            mine = [row for row in self._rows if row[0] == event.table]
            for table, key in sorted(mine):
                yield Event(
                    table=event.table,
                    key=key,
                    version=NOTHING,
                    before=self._rows.pop((table, key)),
                    kind="delete",
                    schema=event.schema,
                )
            return
        row = (event.table, event.key)
        if event.kind not in SILENT and event.version != NOTHING:
            self._rows[row] = event.version
        elif event.kind not in SILENT:
            self._rows.pop(row, None)
        yield event
