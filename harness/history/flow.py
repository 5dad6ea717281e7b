"""The flow of row changes through a pipeline: what the source committed, where each version went.

    tables      table Int32 · name Utf8
    places      place Int32 · name Utf8 (as `harness.model.pipeline.hops` names it)
    changes     what the source committed, from its binary log, in order of commit
        txn Int32 · table Int32 · key Int64 · version Int64 · before Int64 · kind Enum
    events      records of change topics, from the final read, in order of log and offset
        op UInt32 · place Int32 · log Int32 · offset Int64 · table Int32 · key Int64
        · version Int64 · before Int64 · kind Enum · schema Int32? (id in the registry)
    rows        contents in the end, of the source, of sink tables and of caches
        op UInt32 · place Int32 · table Int32 · key Int64 · version Int64
    cells       what further columns of those rows hold, in places that carry them; of a row in a
                change topic what the last event with its version says
        op UInt32 · place Int32 · table Int32 · key Int64 · version Int64 · column Utf8
        · text Utf8? (one text for one value, in whatever place; null: SQL's NULL)
    writes      what writers asked of the source, and caches' writers of theirs
        op UInt32 · table Int32 · key Int64 · version Int64 · kind Enum
    sightings   what readers of a table or cache saw while traffic ran
        op UInt32 · place Int32 · table Int32 · key Int64 · version Int64

A version is the id of the operation that wrote it, unique over a run, carried in the row itself to
every place. `version` is the row after the change and NOTHING after a delete; `before` is the row
before it and NOTHING before an insert. An update of the primary key is a delete of the old key and
an insert of the new one, in one transaction. An event of kind `snapshot` says what a row was when
the connector first looked. Where events are unwrapped, a `row` says what is, not what it was nor
what happened, and a `removal` says that a row is gone, not what it was. `tombstone` is a record
without a value that follows a removal; `unreadable` is one that cannot be decoded, `opaque` one
that was decoded and does not say of which row, or of which version, it is. Version NOTHING in a
sighting means that the reader found nothing.

`rows` and `cells` come from `drain` operations and `sightings` from `read` operations of the
history, `writes` from its `write` operations.
"""

from dataclasses import dataclass

import polars as pl

from harness.history.journal import EVENT_KINDS

ChangeKind = pl.Enum(["insert", "update", "delete"])
EventKind = pl.Enum(EVENT_KINDS)

TABLES = pl.Schema({"table": pl.Int32(), "name": pl.Utf8()})
PLACES = pl.Schema({"place": pl.Int32(), "name": pl.Utf8()})
CHANGES = pl.Schema(
    {
        "txn": pl.Int32(),
        "table": pl.Int32(),
        "key": pl.Int64(),
        "version": pl.Int64(),
        "before": pl.Int64(),
        "kind": ChangeKind,
    }
)
EVENTS = pl.Schema(
    {
        "op": pl.UInt32(),
        "place": pl.Int32(),
        "log": pl.Int32(),
        "offset": pl.Int64(),
        "table": pl.Int32(),
        "key": pl.Int64(),
        "version": pl.Int64(),
        "before": pl.Int64(),
        "kind": EventKind,
        "schema": pl.Int32(),
    }
)
ROWS = pl.Schema(
    {
        "op": pl.UInt32(),
        "place": pl.Int32(),
        "table": pl.Int32(),
        "key": pl.Int64(),
        "version": pl.Int64(),
    }
)
CELLS = pl.Schema({**ROWS, "column": pl.Utf8(), "text": pl.Utf8()})
WRITES = pl.Schema(
    {
        "op": pl.UInt32(),
        "table": pl.Int32(),
        "key": pl.Int64(),
        "version": pl.Int64(),
        "kind": ChangeKind,
    }
)
SIGHTINGS = ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The tables of a pipeline's run; see the module's description for their columns."""

    tables: pl.DataFrame
    places: pl.DataFrame
    changes: pl.DataFrame
    events: pl.DataFrame
    rows: pl.DataFrame
    cells: pl.DataFrame
    writes: pl.DataFrame
    sightings: pl.DataFrame


NO_FLOW = Flow(
    tables=TABLES.to_frame(),
    places=PLACES.to_frame(),
    changes=CHANGES.to_frame(),
    events=EVENTS.to_frame(),
    rows=ROWS.to_frame(),
    cells=CELLS.to_frame(),
    writes=WRITES.to_frame(),
    sightings=SIGHTINGS.to_frame(),
)
"""The flow of a run without a pipeline."""
