"""Bugs of a feed that reads the source's log: it is shown another log than the oracle."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.data.rows import Change, Logged, Truncated
from harness.backends.fake.seams import Seams
from harness.history.tables import SEQUENCE_BITS

ORACLE = "-oracle"
"""How the name of the reader ends that judges by the log, which sees it as it is."""
Alter = Callable[[Logged], Logged | None]


def _change_log(seams: Seams, alter: Alter) -> None:
    """Show feeds each transaction as `alter` makes it the first time that one is shown."""
    shown: dict[tuple[str, str], Logged | None] = {}

    def hand_out(reader: str, logged: Logged) -> Logged | None:
        if reader.endswith(ORACLE):
            return logged
        seen = reader, logged.name
        if seen not in shown:
            shown[seen] = alter(logged)
        return shown[seen]

    seams.data.hand_out = hand_out


def _rows_of(logged: Logged) -> list[Change]:
    return [each for each in logged.changes if isinstance(each, Change)]


def _row(change: Change | Truncated) -> tuple[str, str, object] | None:
    """Which row a change is of, by the key that it ends with."""
    if isinstance(change, Truncated):
        return None
    row = change.after or change.before
    return (change.database, change.table, row["id"]) if row else None


@bug("skip-commit", "missed-change")
def skip_commit(seams: Seams, dice: Dice) -> None:
    """A feed passes over a transaction of the log."""
    _change_log(seams, lambda logged: None if dice.strikes() else logged)


@bug("tear-commit-apart", "torn-transaction")
def tear_commit_apart(seams: Seams, dice: Dice) -> None:
    """A feed passes over the last change of a transaction that has several."""

    def alter(logged: Logged) -> Logged:
        if len(logged.changes) < 2 or not dice.strikes():
            return logged
        return replace(logged, changes=logged.changes[:-1])

    _change_log(seams, alter)


@bug("read-commit-twice", "duplicate-change")
def read_commit_twice(seams: Seams, dice: Dice) -> None:
    """A feed reads a transaction and, behind it, reads it again."""

    def alter(logged: Logged) -> Logged:
        return replace(logged, changes=logged.changes * 2) if dice.strikes() else logged

    _change_log(seams, alter)


@bug("read-commit-late", "reordered-change")
def read_commit_late(seams: Seams, dice: Dice) -> None:
    """A feed reads a change behind the next one of its row."""
    held: dict[object, Change] = {}

    def alter(logged: Logged) -> Logged | None:
        (*changes,) = logged.changes
        if len(changes) == 1 and isinstance(changes[0], Change):
            row = _row(changes[0])
            if row in held:
                return replace(logged, changes=(changes[0], held.pop(row)))
            if changes[0].before and changes[0].after and dice.strikes():
                held[row] = changes[0]
                return None
        return logged

    _change_log(seams, alter)


@bug("invent-change", "phantom-change")
def invent_change(seams: Seams, dice: Dice) -> None:
    """A feed tells of a change that the source never committed."""

    def alter(logged: Logged) -> Logged:
        changed = [each for each in _rows_of(logged) if each.after]
        if not changed or not dice.strikes():
            return logged
        row = changed[-1].after
        version = row["version"] if row else 0
        assert isinstance(version, int)  # noqa: S101 - as every table has it
        never = {**(row or {}), "version": version + (1 << SEQUENCE_BITS - 1)}
        return replace(logged, changes=(*logged.changes, replace(changed[-1], after=never)))

    _change_log(seams, alter)


@bug("forget-before", "broken-chain")
def forget_before(seams: Seams, dice: Dice) -> None:
    """A feed tells of a change with the row before it as it was one version earlier."""
    earlier: dict[object, Change] = {}

    def alter(logged: Logged) -> Logged:
        changes: list[Change | Truncated] = []
        for each in logged.changes:
            last = earlier.get(_row(each))
            told: Change | Truncated = each
            if isinstance(each, Change) and each.before and last and last.before and each.after:
                told = replace(each, before=last.before) if dice.strikes() else each
            changes.append(told)
            if isinstance(each, Change):
                earlier[_row(each)] = each
        return replace(logged, changes=tuple(changes))

    _change_log(seams, alter)


@bug("repeat-snapshot", "repeated-snapshot")
def repeat_snapshot(seams: Seams, dice: Dice) -> None:
    """A snapshot brings a row twice."""

    def snapshot(rows: Sequence[Any]) -> Sequence[Any]:
        return [row for each in rows for row in [each] * (2 if dice.strikes() else 1)]

    seams.data.snapshot = snapshot
