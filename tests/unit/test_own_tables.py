"""Tables of others without a server: rows that they need, what their columns are filled with."""

import re
from typing import cast

import pytest

from harness.kit.errors import UsageError
from harness.model.ports.databases import SqlConnection
from harness.model.ports.source import RowMissingError
from harness.systems.mysql import own_tables
from harness.systems.mysql.dialect import MYSQL
from harness.systems.mysql.fillers import FILLERS, filler, unique_filler
from harness.systems.mysql.table_schema import Column, Reference, Schema
from harness.systems.mysql.texts import FAMILIES
from harness.systems.sql_sessions import WriterSession


def schema(name: str, *references: str, primary: tuple[str, ...] = ("id",)) -> Schema:
    return Schema(
        name=name,
        engine="InnoDB",
        columns={},
        primary=primary,
        unique=(),
        references=tuple(Reference(f"fk_{each}", ("c",), each, ("id",)) for each in references),
        checks=(),
    )


def test_tables_come_behind_those_that_they_refer_to() -> None:
    tables = {
        "lines": schema("lines", "orders", "lines"),
        "orders": schema("orders", "customers"),
        "customers": schema("customers"),
    }
    assert own_tables.in_order(tables) == ["customers", "orders", "lines"]
    assert own_tables.referred_to(tables) == {"customers", "orders"}


def test_foreign_keys_in_a_circle_are_refused() -> None:
    tables = {"a": schema("a", "b"), "b": schema("b", "a")}
    with pytest.raises(UsageError, match=r"circle .*a.*b"):
        own_tables.in_order(tables)


def test_a_foreign_key_to_a_table_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"lines has a foreign key to orders.*SourceTable"):
        own_tables.in_order({"lines": schema("lines", "orders")})


@pytest.mark.parametrize("primary", [(), ("id", "region"), ("uuid",)])
def test_the_key_is_the_id_alone(primary: tuple[str, ...]) -> None:
    with pytest.raises(
        UsageError, match=r"must be `id` alone.*CREATE TABLE `orders` \(`id` BIGINT"
    ):
        own_tables.require_key(schema("orders", primary=primary))


def test_every_type_that_is_compared_is_filled() -> None:
    assert set(FAMILIES) <= set(FILLERS)


@pytest.mark.parametrize(
    ("column", "expression"),
    [
        (Column(name="a", kind="decimal", declared="", precision=5, scale=2), "99999) * 0.01"),
        (Column(name="a", kind="char", declared="char(3)", length=3), ", 3)"),
        (Column(name="a", kind="tinyint", declared="tinyint"), "% 127"),
        (Column(name="a", kind="tinyint", declared="tinyint unsigned"), "% 255"),
        (Column(name="a", kind="enum", declared="enum('a','it''s')"), "% 2, 'a', 'it''s')"),
        (Column(name="a", kind="vector", declared="vector(3)"), "', 0.5, 0.5]'"),
    ],
)
def test_a_filler_follows_the_declaration(column: Column, expression: str) -> None:
    assert expression in filler(column)


def test_small_turns_are_taken_also_by_versions_that_are_all_odd() -> None:
    (pick,) = re.findall(r"ELT\(1 \+ (.*) % 2,", filler(_column("enum", "enum('a','b')")))
    python = pick.replace("NEW.version", "version").replace("DIV", "//")
    turns = {eval(python, {"version": version}) % 2 for version in range(1, 9, 2)}  # noqa: S307
    assert turns == {0, 1}


@pytest.mark.parametrize(
    ("column", "part"),
    [
        (Column(name="a", kind="char", declared="", length=6), None),
        (Column(name="a", kind="int", declared="int"), None),
        (Column(name="a", kind="decimal", declared="", precision=12, scale=2), None),
        (Column(name="a", kind="text", declared="text", length=65_535), 6),
    ],
)
def test_a_unique_column_has_a_value_for_every_key(column: Column, part: int | None) -> None:
    assert "NEW.id" in (unique_filler(column, part) or "")


@pytest.mark.parametrize(
    ("column", "part"),
    [
        (Column(name="a", kind="char", declared="", length=5), None),
        (Column(name="a", kind="smallint", declared="smallint"), None),
        (Column(name="a", kind="decimal", declared="", precision=11, scale=2), None),
        (Column(name="a", kind="text", declared="text", length=65_535), 5),
        (Column(name="a", kind="date", declared="date"), None),
    ],
)
def test_a_unique_column_of_too_few_values_is_not_filled(column: Column, part: int | None) -> None:
    assert unique_filler(column, part) is None


def test_a_statement_that_meets_no_row_is_no_success() -> None:
    class Nothing:
        rowcount = 0

        def cursor(self) -> "Nothing":
            return self

        def execute(self, *_: object) -> int:
            return 0

    session = WriterSession(cast("SqlConnection", Nothing()), MYSQL)
    with pytest.raises(RowMissingError):
        session.update("orders", 1, 2)
    with pytest.raises(RowMissingError):
        session.update_many("orders", {1: 2, 3: 4})
    session.truncate("orders")


def _column(kind: str, declared: str) -> Column:
    return Column(name="a", kind=kind, declared=declared)
