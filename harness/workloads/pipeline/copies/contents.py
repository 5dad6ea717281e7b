"""What tables hold: rows by key and version, and the texts of further columns.

A copy that a connector fills from what a connector wrote must hold the columns that its table has
in common with the source's, as far as both are of a family. Other programs may keep what they like,
and our own know nothing but keys and versions; `Copy.columns` says what must be held all the same.
A column that was altered while the run went on is left out, since that changes rows in silence.
"""

from collections.abc import Mapping

from harness.kit.errors import UsageError
from harness.model.pipeline.paths import CONNECTORS, Copy, Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.rows import Columns


def unaltered(before: Columns, now: Columns) -> Columns:
    """The columns that are what they were."""
    return {name: column for name, column in now.items() if before.get(name) == column}


def compares(path: Path, copy: Copy) -> bool:
    """Whether any columns of a copy are held to the source's."""
    connected = copy.kind in CONNECTORS and path.feed.kind in CONNECTORS
    return connected if copy.columns is None else bool(copy.columns)


def owed(path: Path, copy: Copy, source: Columns, there: Columns) -> Columns:
    """The columns of the source that a copy must hold, whose table has those that are `there`."""
    if copy.columns is not None:
        return {name: source[name] for name in copy.columns if name in source}
    if not compares(path, copy):
        return {}
    return {
        name: column
        for name, column in source.items()
        if name in there and there[name].family is column.family
    }


def check(workload: PipelineWorkload, tables: Mapping[str, Columns]) -> None:
    """Refuse copies that are to hold what cannot be compared.

    Raises:
        UsageError: a copy in Redis has `columns`, or no table of the source has one of them.
    """
    known = {name for source in tables.values() for name in source}
    for copy in (copy for path in workload.paths for copy in path.copies):
        if copy.columns is None:
            continue
        if copy.cache:
            raise UsageError(
                f"copy {copy.name}: only the version of Redis entries is compared; leave columns "
                f"out"
            )
        for name in copy.columns:
            if name not in known:
                raise UsageError(
                    f"copy {copy.name}: no source table has a comparable column {name!r}; known: "
                    f"{', '.join(sorted(known)) or 'none'}"
                )
