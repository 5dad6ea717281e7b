"""What numbers of a journal may be: the least and the most of each, and one more of neither."""

from pathlib import Path

import polars as pl
import pytest

from harness.history.bounds import check_bounds
from harness.history.journal_notes import (
    AnyName,
    ErrorName,
    LogName,
    PlaceName,
    ProcessName,
    SubjectName,
    TableName,
)
from harness.history.recording import Recording
from harness.history.tables import EVENT_KINDS, FUNCTIONS, OUTCOMES, SEQUENCE_BITS, TABLES
from harness.kit.errors import DamagedError
from harness.model.administration import ASPECTS

PROCESSES, LOGS, ERRORS, OF_TABLES, PLACES, SUBJECTS = range(2, 8)
NAMES: tuple[AnyName, ...] = (
    *(
        ProcessName(process=number, name=f"p{number}", client="producer", kind="p", group=None)
        for number in range(PROCESSES)
    ),
    *(
        LogName(log=number, topic=0, name=f"orders-{number}", partition=number)
        for number in range(LOGS)
    ),
    *(ErrorName(error=1 + number, name=f"kafka:{number}") for number in range(ERRORS)),
    *(TableName(table=number, name=f"table{number}") for number in range(OF_TABLES)),
    *(PlaceName(place=number, name=f"place{number}") for number in range(PLACES)),
    *(SubjectName(subject=number, name=f"subject{number}") for number in range(SUBJECTS)),
)
TIME = 2**61
IDS = (PROCESSES << SEQUENCE_BITS) - 1


def recording(names: tuple[AnyName, ...] = NAMES, /, **tables: dict[str, list[int]]) -> Recording:
    frames = {}
    for table, columns in tables.items():
        rows = max(map(len, columns.values()))
        frames[table] = pl.DataFrame(
            {name: columns.get(name, [0] * rows) for name in TABLES[table].names}
        )
    return Recording(
        path=Path("journal"), run="run", origin_ns=0, names=names, tables=frames, closed=True
    )


@pytest.mark.parametrize(
    ("table", "column", "least", "most"),
    [
        ("operations", "f", 0, len(FUNCTIONS) - 1),
        ("operations", "time_ns", -TIME, TIME),
        ("operations", "id", 0, IDS),
        ("commits", "operation", 0, IDS),
        ("completions", "outcome", 0, len(OUTCOMES) - 1),
        ("completions", "error", 0, ERRORS),
        ("reads", "log", -1, LOGS - 1),
        ("reads", "offset", -TIME, TIME),
        ("rows", "table", -1, OF_TABLES - 1),
        ("rows", "place", 0, PLACES - 1),
        ("aspects", "subject", 0, SUBJECTS - 1),
        ("aspects", "aspect", 0, len(ASPECTS) - 1),
        ("events", "kind", 0, len(EVENT_KINDS) - 1),
        ("writes", "kind", 0, 2),
        ("changes", "kind", 0, 2),
    ],
)
def test_a_number_is_from_its_least_to_its_most(
    table: str, column: str, least: int, most: int
) -> None:
    check_bounds(recording(**{table: {"key": [-9, 9], column: [least, most]}}))
    for number in (least - 1, most + 1):
        with pytest.raises(DamagedError) as refused:
            check_bounds(recording(**{table: {column: [least, number, most]}}))
        assert f"table '{table}' holds {column}={number}, which means nothing" in str(refused.value)
        assert f"it must be from {least} to {most}" in str(refused.value)


@pytest.mark.parametrize("name", NAMES[1:] + NAMES[:1])
def test_names_are_numbered_in_order(name: AnyName) -> None:
    others = tuple(each for each in NAMES if type(each) is not type(name))
    same = [each for each in NAMES if type(each) is type(name)]
    with pytest.raises(DamagedError, match="has number"):
        check_bounds(recording((*others, *same, name)))
    if len(same) > 1:
        with pytest.raises(DamagedError, match="has number"):
            check_bounds(recording((*others, *reversed(same))))
