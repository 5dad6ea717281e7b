"""Parts of PostgreSQL as a source that need no server."""

from typing import cast

import pytest

from harness.model.ports.stack import Stack
from harness.systems.postgres.columns import KINDS, Column
from harness.systems.postgres.source import Snapshot
from harness.systems.postgres.tables import PostgresTables


@pytest.mark.parametrize(
    ("transaction", "sees"), [(9, True), (10, False), (12, True), (14, False), (20, False)]
)
def test_a_snapshot_sees_what_had_ended(transaction: int, sees: bool) -> None:  # noqa: FBT001
    assert Snapshot.of("10:20:10,14").sees(transaction) is sees


def test_a_snapshot_may_find_nothing_open() -> None:
    assert Snapshot.of("10:10:").sees(9)
    assert not Snapshot.of("10:10:").sees(10)


@pytest.mark.parametrize(
    ("kind", "declared", "filler"),
    [
        ("int2", "smallint", "1 + NEW.version % 32767"),
        ("numeric", "numeric(12,4)", "(1 + NEW.version % 999999999999) * 0.0001"),
        ("numeric", "numeric(5,0)", "(1 + NEW.version % 99999)"),
        ("varchar", "character varying(40)", "'v' || NEW.version"),
        ("varchar", "character varying(4)", "right(lpad(to_hex(NEW.version), 20, '0'), 4)"),
        ("text", "text", "'v' || NEW.version"),
        ("bpchar", "character(30)", "rpad('v' || NEW.version, 30, 'x')"),
    ],
)
def test_a_column_is_filled_as_far_as_its_type_allows(
    kind: str, declared: str, filler: str
) -> None:
    column = Column(
        name="c", kind=kind, declared=declared, nullable=True, kept=False, generated=False
    )
    assert KINDS[kind].filler(column) == filler


def test_a_sink_is_told_in_which_schema_its_tables_are() -> None:
    assert PostgresTables(cast("Stack", None), "dst").qualified("${topic}") == "dst.${topic}"
