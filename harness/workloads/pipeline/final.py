"""Final reads of a pipeline: its source, its topics, its copies."""

from collections import defaultdict
from collections.abc import Sequence

from harness.history.journal import Journal
from harness.history.tables import EVENT_KINDS, SEQUENCE_BITS
from harness.kit.clock import Clock
from harness.model.ports.clients import Message
from harness.model.rows import Cell, Contents
from harness.workloads import operation_rows
from harness.workloads.pipeline.topics.decoding import Decoder, Event
from harness.workloads.pipeline.topics.truncation import RowsToldOf

CONTROL = "control"
"""The kind of a record that a connector wrote for itself: nothing to judge."""


class FinalReads:
    """Records what final reads find, each read as an operation of its own."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._next = journal.process("final-reader", "drain", "final-reader") << SEQUENCE_BITS
        self._told: defaultdict[tuple[str, int], RowsToldOf] = defaultdict(RowsToldOf)
        self._last: defaultdict[str, dict[tuple[str, int, str, int], tuple[int, Event]]]
        self._last = defaultdict(dict)

    def announce(self, topic: str, partitions: int) -> None:
        """A topic becomes known that only the feed itself knew of."""
        self._journal.topic(topic, partitions)

    def rows(self, place: str, table: str, found: Contents, began_ns: int) -> None:
        """Record the contents of a table or of a cache's part."""
        operation = self._operation(began_ns)
        pairs = found.rows
        self._journal.append(
            "rows",
            {
                "operation": [operation] * len(pairs),
                "place": [self._journal.place(place)] * len(pairs),
                "table": [self._journal.table(table)] * len(pairs),
                "key": [key for key, _ in pairs],
                "version": [version for _, version in pairs],
            },
        )
        self._cells(place, [(operation, table, cell) for cell in found.cells])

    def events(
        self, place: str, topic: str, messages: list[Message], decoder: Decoder, began_ns: int
    ) -> None:
        """Record records of a change topic.

        Args:
            place: the topics of the path.
            topic: as the journal knows it.
            messages: records only, no errors.
            decoder: of that path.
            began_ns: when the read was begun.
        """
        operation = self._operation(began_ns)
        found = [
            (message, event)
            for message in messages
            for event in self._told[topic, message.partition()].spelled_out(decoder.event(message))
            if event.kind != CONTROL
        ]
        events = [event for _, event in found]
        for message, event in found:
            if decoder.tells_of(event):
                row = (topic, message.partition(), event.table, event.key)
                self._last[place][row] = (operation, event)
        self._journal.append(
            "events",
            {
                "operation": [operation] * len(events),
                "place": [self._journal.place(place)] * len(events),
                "log": [self._journal.log(topic, message.partition()) for message, _ in found],
                "offset": [message.offset() for message, _ in found],
                "table": [self._journal.table(event.table) for event in events],
                "key": [event.key for event in events],
                "version": [event.version for event in events],
                "before": [event.before for event in events],
                "kind": [EVENT_KINDS.index(event.kind) for event in events],
                "schema": [event.schema for event in events],
            },
        )

    def cells(self, place: str, decoder: Decoder) -> None:
        """Record what the last event of each row tells of the columns that `decoder` wants.

        Args:
            place: the topics of the path.
            decoder: of that path.

        Raises:
            RegistryLostError: the registry did not say what a schema is.
        """
        told = [
            (operation, event.table, cell)
            for operation, event in self._last.pop(place, {}).values()
            for cell in decoder.cells(event)
        ]
        self._cells(place, told)

    def _cells(self, place: str, found: Sequence[tuple[int, str, Cell]]) -> None:
        self._journal.append(
            "cells",
            {
                "operation": [operation for operation, _, _ in found],
                "place": [self._journal.place(place)] * len(found),
                "table": [self._journal.table(table) for _, table, _ in found],
                "key": [cell.key for _, _, cell in found],
                "version": [cell.version for _, _, cell in found],
                "column": [cell.column for _, _, cell in found],
                "text": [cell.text for _, _, cell in found],
            },
        )

    def _operation(self, began_ns: int) -> int:
        operation, self._next = self._next, self._next + 1
        operation_rows.began(self._journal, operation, "drain", began_ns)
        operation_rows.ended(self._journal, operation, self._clock.now_ns())
        return operation
