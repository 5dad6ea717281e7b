"""The flow of row changes through a pipeline: what the source committed, where each version went.

Its tables are declared in `harness.history.tables`.

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

from harness.history.tables import FLOW, SCHEMAS


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


NO_FLOW = Flow(**{name: SCHEMAS[name].to_frame() for name in ("tables", "places", *FLOW)})
"""The flow of a run without a pipeline."""
