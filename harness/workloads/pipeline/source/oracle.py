"""The oracle: what the source committed, read from its log after everything has settled.

It is independent of every path: another library, from the server itself, from where the log stood
before the first write.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.history.tables import EVENT_KINDS
from harness.model.ports.source import Follower
from harness.model.rows import Committed, Image, RowChange, Truncation

ANSWER_LIMIT_S = 30.0
INSERT, UPDATE, DELETE = (EVENT_KINDS.index(kind) for kind in ("insert", "update", "delete"))

Tables: TypeAlias = defaultdict[str, dict[int, int]]
"""Rows of each table: key → version."""


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change of one row."""

    table: str
    key: int
    version: int
    before: int
    kind: int


def record_changes(log: Follower, journal: Journal) -> int:
    """Read the log to its end into the journal; nothing is recorded unless all can be read.

    Returns:
        How many changes there were.

    Raises:
        UnreadableLogError: an event is not understood.
        Exception: one of the source's, which does not hand it out.
    """
    columns: dict[str, list[int]] = {
        name: [] for name in ("txn", "table", "key", "version", "before", "kind")
    }
    rows: Tables = defaultdict(dict)
    with closing(log.read(answer_limit_s=ANSWER_LIMIT_S)) as transactions:
        for number, transaction in enumerate(each for each in transactions if each.changes):
            for change in changes(transaction, rows):
                columns["txn"].append(number)
                columns["table"].append(journal.table(change.table))
                columns["key"].append(change.key)
                columns["version"].append(change.version)
                columns["before"].append(change.before)
                columns["kind"].append(change.kind)
    journal.append("changes", columns)
    return len(columns["txn"])


def changes(transaction: Committed, rows: Tables) -> Iterator[Change]:
    """The changes of a transaction in order; each is applied to `rows` before the next.

    A truncation is the end of every row that is there.
    """
    for each in transaction.changes:
        if isinstance(each, Truncation):
            found = sorted(rows[each.table].items())
            ended = [Change(each.table, key, NOTHING, old, DELETE) for key, old in found]
            yield from _kept(ended, rows)
        else:
            yield from _kept(_changes(each, rows[each.table]), rows)


def _kept(found: Iterable[Change], rows: Tables) -> Iterator[Change]:
    """Hand on each change and bring what is in its table up to date."""
    for change in found:
        if change.version == NOTHING:
            rows[change.table].pop(change.key, None)
        else:
            rows[change.table][change.key] = change.version
        yield change


def _changes(change: RowChange, rows: Mapping[int, int]) -> Iterator[Change]:
    table, before, after = change.table, change.before, change.after
    old_key, old = _old(before, rows) if before else (NOTHING, NOTHING)
    # A log may leave out of an image what was not changed, or what a row is not known by.
    key = old_key if after is None or after.key is None else after.key
    if before and after and key == old_key:
        version = old if after.version is None else after.version
        yield Change(table, key, version, old, UPDATE)
        return
    # An update of the key is a delete of the old one and an insert of the new one.
    if before:
        yield Change(table, old_key, NOTHING, old, DELETE)
    if after:
        version = old if after.version is None else after.version
        yield Change(table, key, version, NOTHING, INSERT)


def _old(before: Image, rows: Mapping[int, int]) -> tuple[int, int]:
    """Key and version before a change, as the log says it or else the changes before it."""
    key = NOTHING if before.key is None else before.key
    return key, rows.get(key, NOTHING) if before.version is None else before.version
