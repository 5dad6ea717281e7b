"""Bugs of Debezium: it misses, repeats, reorders or alters what it makes of the log."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.connect.data import Part, Record
from harness.backends.fake.connect.seams import Records
from harness.backends.fake.seams import Seams
from harness.model.rows import MARK_KEYS

OTHER = 1 << 20
"""Between a version that was written and one that never was."""


def _row(record: Record) -> int | None:
    """The key of a row that an event tells of; None for tombstones and end marks."""
    value = record.value.value
    if not isinstance(value, dict) or "op" not in value:
        return None
    key = (value["after"] or value["before"] or {}).get("id", MARK_KEYS)
    return key if key < MARK_KEYS else None


def _with(record: Record, image: str, **changed: Any) -> Record:  # noqa: ANN401 - of a column
    """An event with other values in one of its images."""
    value = record.value.value
    told = {**value, image: {**value[image], **changed}}
    return replace(record, value=Part(record.value.schema, told))


def _change_events(seams: Seams, change: Callable[[Record], Records]) -> None:
    """Let `change` alter each event of the log."""
    seams.connect.events = lambda read: [each for record in read for each in change(record)]


@bug("miss-event", "missed-change", "broken-chain")
def miss_event(seams: Seams, dice: Dice) -> None:
    """Debezium passes over an update."""

    def change(record: Record) -> Records:
        is_update = _row(record) is not None and record.value.value["op"] == "u"
        return () if is_update and dice.strikes() else (record,)

    _change_events(seams, change)


@bug("repeat-event", "duplicate-change")
def repeat_event(seams: Seams, dice: Dice) -> None:
    """Debezium makes two events of one change."""

    def change(record: Record) -> Records:
        return (record,) * (2 if _row(record) is not None and dice.strikes() else 1)

    _change_events(seams, change)


@bug("hold-event", "reordered-change")
def hold_event(seams: Seams, dice: Dice) -> None:
    """Debezium writes an event of a row after the next one of that row."""
    held: dict[int, Record] = {}

    def change(record: Record) -> Records:
        key = _row(record)
        if key in held:
            return record, held.pop(key)
        if key is not None and not held and dice.strikes():
            held[key] = record
            return ()
        return (record,)

    _change_events(seams, change)


@bug("forget-tombstone", "missing-tombstone")
def forget_tombstone(seams: Seams, dice: Dice) -> None:
    """Debezium writes no tombstone behind a removal."""

    def change(record: Record) -> Records:
        return () if record.value.value is None and dice.strikes() else (record,)

    _change_events(seams, change)


@bug("tear-transaction", "torn-transaction")
def tear_transaction(seams: Seams, dice: Dice) -> None:
    """Debezium leaves out the last event of a transaction that changed several rows."""

    def events(read: Records) -> Records:
        kept: list[Record] = []
        for before, record in zip((None, *read), read, strict=False):
            together = before is not None and _of(before) == _of(record)
            if not (together and _row(record) is not None and dice.strikes()):
                kept.append(record)
        return kept

    seams.connect.events = events


def _of(record: Record) -> object:
    """The transaction of an event."""
    value = record.value.value
    return value["source"]["gtid"] if isinstance(value, dict) and "source" in value else record


@bug("alter-event", "altered-row")
def alter_event(seams: Seams, dice: Dice) -> None:
    """Debezium writes another text into a column of a row, from then on."""
    altered: set[int] = set()

    def change(record: Record) -> Records:
        key = _row(record)
        if key is None or not record.value.value["after"]:
            return (record,)
        if dice.strikes():
            altered.add(key)
        return (_with(record, "after", customer="altered") if key in altered else record,)

    _change_events(seams, change)


@bug("invent-version", "phantom-change")
def invent_version(seams: Seams, dice: Dice) -> None:
    """Debezium writes an event with a version that no writer wrote."""

    def change(record: Record) -> Records:
        if _row(record) is None or not record.value.value["after"] or not dice.strikes():
            return (record,)
        return (_with(record, "after", version=record.value.value["after"]["version"] + OTHER),)

    _change_events(seams, change)


@bug("begin-at-end", "missed-change")
def begin_at_end(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - a task begins anew once
    """Debezium's task, when it begins anew, reads on at the end of the log."""
    seams.connect.goes_on = False


@bug("garble-value", "undecodable")
def garble_value(seams: Seams, dice: Dice) -> None:
    """A converter writes a value that does not begin as the registry's do."""

    def write(data: bytes | None) -> bytes | None:
        return b"\xff" + data[1:] if data is not None and dice.strikes() else data

    seams.connect.write = write


@bug("give-up", "failed-task")
def give_up(seams: Seams, dice: Dice) -> None:
    """The task of a source fails for no reason."""
    seams.connect.gives_up = dice.strikes
