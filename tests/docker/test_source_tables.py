"""Tables of others on a real server: rows of every type are written, or a sentence says why not."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness.backends.docker.stack import DockerStack
from harness.history.journal import Journal
from harness.kit.errors import UsageError
from harness.model.pipeline.traffic import SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.rows import MARK_KEYS, WRITTEN_KEYS
from harness.model.topology import Topology
from harness.systems.mysql.source import MySqlSource
from harness.systems.mysql.tables import MySqlTables
from harness.workloads.pipeline.source.source_tables import SourceTables
from tests.docker.conftest import booted

pytestmark = [pytest.mark.docker, pytest.mark.slow]
KEYED = "id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, version BIGINT NOT NULL"


@pytest.fixture(scope="module")
def server() -> Iterator[DockerStack]:
    """A source, alone."""
    yield from booted(Topology(brokers=0, mysql=True))


class Tables:
    """Makes tables of a source, and writes rows as writers do."""

    def __init__(self, stack: DockerStack, journal: Journal, name: str) -> None:
        self.stack = stack
        self.journal = journal
        self.name = name
        self.source = MySqlSource(stack, name)

    def make(self, *tables: SourceTable, **mix: int) -> SourceTables:
        names = tuple(table.name for table in tables)
        writers = (Writers(tables=names, mix=mix or {"insert": 1}),)
        workload = PipelineWorkload(tables=tables, writers=writers)
        found = SourceTables(workload, self.source, self.journal)
        found.create()
        found.prefill()
        found.write_referred()
        return found

    def write(self, table: str = "orders", keys: int = 40, show: str = "*") -> list[dict[str, Any]]:
        """Insert rows and give each another version; the rows, in order of key."""
        with closing(self.stack.mysql.connection(database=self.name)) as connection:
            cursor = connection.cursor()
            for key in range(WRITTEN_KEYS, WRITTEN_KEYS + keys):
                version = (7 << 40) + 2 * key
                cursor.execute(
                    f"INSERT INTO `{table}` (id, version) VALUES (%s, %s)",  # noqa: S608
                    (key, version),
                )
                cursor.execute(
                    f"UPDATE `{table}` SET version = %s WHERE id = %s",  # noqa: S608
                    (version + 1, key),
                )
            connection.commit()
            cursor.execute(
                f"SELECT {show} FROM `{table}` WHERE id BETWEEN %s AND %s ORDER BY id",  # noqa: S608
                (WRITTEN_KEYS, WRITTEN_KEYS + keys),
            )
            rows = cursor.fetchall()
            names = [name for name, *_ in cursor.description]  # type: ignore[attr-defined]
        return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture
def tables(server: DockerStack, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tables]:
    name = f"d{abs(hash(request.node.name)) % 10**8}"
    with closing(Journal(tmp_path, origin_ns=0)) as journal:
        yield Tables(server, journal, name)
    MySqlSource(server, name).drop()
    MySqlTables(server, f"{name}_copy").drop()


def orders(*columns: str, **of: Any) -> SourceTable:
    ddl = f"CREATE TABLE orders ({', '.join([KEYED, *columns])})"
    return SourceTable(name="orders", ddl=ddl, **of)


TYPES = {
    "TINYINT NOT NULL": 40,
    "TINYINT(1) NOT NULL": 2,
    "TINYINT UNSIGNED NOT NULL": 40,
    "SMALLINT NOT NULL": 40,
    "MEDIUMINT UNSIGNED NOT NULL": 40,
    "INT NOT NULL": 40,
    "INT UNSIGNED NOT NULL": 40,
    "BIGINT NOT NULL": 40,
    "BIGINT UNSIGNED NOT NULL": 40,
    "DECIMAL(3,2) NOT NULL": 40,
    "DECIMAL(5,2) UNSIGNED NOT NULL": 40,
    "DECIMAL(2,2) NOT NULL": 40,
    "DECIMAL(1) NOT NULL": 9,
    "DECIMAL(65,30) NOT NULL": 40,
    "FLOAT NOT NULL": 40,
    "FLOAT(4,1) NOT NULL": 40,
    "DOUBLE NOT NULL": 40,
    "CHAR(1) NOT NULL": 18,
    "CHAR(3) NOT NULL": 40,
    "CHAR(40) CHARACTER SET latin1 NOT NULL": 40,
    "VARCHAR(8) NOT NULL": 40,
    "VARCHAR(255) NOT NULL": 40,
    "TINYTEXT NOT NULL": 40,
    "LONGTEXT NOT NULL": 40,
    "BINARY(3) NOT NULL": 40,
    "BINARY(16) NOT NULL": 40,
    "VARBINARY(200) NOT NULL": 40,
    "BLOB NOT NULL": 40,
    "BIT(1) NOT NULL": 2,
    "BIT(12) NOT NULL": 40,
    "BIT(64) NOT NULL": 40,
    "YEAR NOT NULL": 40,
    "DATE NOT NULL": 40,
    "DATETIME NOT NULL": 40,
    "DATETIME(3) NOT NULL": 40,
    "TIMESTAMP NOT NULL": 40,
    "TIME(6) NOT NULL": 40,
    "JSON NOT NULL": 40,
    "ENUM('new', 'it''s paid', 'sent', 'back') NOT NULL": 4,
    "ENUM('only') NOT NULL": 1,
    "SET('a', 'b', 'c', 'e') NOT NULL": 15,
    "POINT NOT NULL SRID 4326": 40,
    "GEOMETRY NOT NULL": 40,
    "LINESTRING NOT NULL": 40,
    "POLYGON NOT NULL": 40,
    "MULTIPOINT NOT NULL": 40,
    "MULTILINESTRING NOT NULL": 40,
    "MULTIPOLYGON NOT NULL": 40,
    "GEOMETRYCOLLECTION NOT NULL": 40,
    "VECTOR(3) NOT NULL": 40,
    "INT NULL": 40,
    "INT AS (version % 7) STORED": 7,
}
"""By type, how many of 40 rows must look different at least."""


def test_a_column_of_every_type_differs_as_far_as_it_can(tables: Tables) -> None:
    tables.make(orders(*(f"c{place} {kind}" for place, kind in enumerate(TYPES))))
    tables.write(show="id")
    with closing(tables.stack.mysql.connection(database=tables.name)) as connection:
        cursor = connection.cursor()
        for place, (kind, distinct) in enumerate(TYPES.items()):
            text = f"HEX(c{place})" if "VECTOR" in kind else f"CONCAT(c{place})"
            if "FLOAT(" in kind:
                text = f"c{place} + 0"  # as a text of four characters 957.8 would be 957.
            cursor.execute(f"SELECT COUNT(DISTINCT {text}), COUNT({text}) FROM orders")  # noqa: S608
            different, filled = cursor.fetchone()
            assert different >= distinct, kind
            assert filled == 40, kind


def test_a_default_is_kept_and_a_column_called_changed_is_filled(tables: Tables) -> None:
    tables.make(
        orders(
            "status VARCHAR(10) NOT NULL DEFAULT 'new'",
            "code CHAR(36) DEFAULT (UUID())",
            "created TIMESTAMP DEFAULT CURRENT_TIMESTAMP",
            "changed DATETIME(6) NOT NULL",
            "amount DECIMAL(8,2) NULL DEFAULT NULL",
        )
    )
    rows = tables.write()
    assert {row["status"] for row in rows} == {"new"}
    assert {len(row["code"]) for row in rows} == {36}
    assert {row["created"].year for row in rows} > {2020} or rows[0]["created"].year > 2020
    assert len({row["changed"] for row in rows}) == len(rows)
    assert len({row["amount"] for row in rows}) == len(rows)


def test_own_expressions_win(tables: Tables) -> None:
    fills = {"status": "ELT(1 + NEW.version % 3, 'new', 'paid', 'sent')", "code": "NEW.id"}
    tables.make(orders("status VARCHAR(10) DEFAULT 'x'", "code CHAR(8) UNIQUE", fills=fills))
    rows = tables.write()
    assert {row["status"] for row in rows} == {"new", "paid", "sent"}
    assert [row["code"] for row in rows] == [str(row["id"]) for row in rows]


@pytest.mark.parametrize(
    "column",
    [
        "VARCHAR(64)", "CHAR(8)", "VARCHAR(6)", "BINARY(16)", "BIGINT", "INT", "INT UNSIGNED",
        "DECIMAL(12,2)", "DECIMAL(20)", "DATETIME", "TIMESTAMP NULL", "DOUBLE", "BIT(40)",
    ],
)  # fmt: skip
def test_a_unique_column_differs_between_rows(tables: Tables, column: str) -> None:
    made = tables.make(
        orders(f"code {column} NOT NULL UNIQUE".replace("NULL NOT NULL", "NOT NULL"))
    )
    assert len({row["code"] for row in tables.write()}) == 40
    # A mark has a key far above those of writers.
    tables.source.replace({"orders": {MARK_KEYS: 5}})
    assert made.fillers()["orders"]


def test_unique_columns_together_differ_in_one_of_them(tables: Tables) -> None:
    tables.make(
        orders("region CHAR(2) NOT NULL", "code VARCHAR(30) NOT NULL", "UNIQUE (region, code(25))")
    )
    assert len(tables.write()) == 40


@pytest.mark.parametrize(
    ("column", "allowed"),
    [
        ("qty INT NOT NULL CHECK (qty BETWEEN 1 AND 10)", {1, 2, 9, 10}),
        ("qty INT NOT NULL CHECK (qty > 0)", None),
        ("status VARCHAR(10) NOT NULL CHECK (status IN ('new', 'paid'))", {"new", "paid"}),
        ("code CHAR(3) NOT NULL CHECK (CHAR_LENGTH(code) = 3)", None),
        ("amount DECIMAL(5,2) NOT NULL CHECK (amount >= 0 AND amount < 1000)", None),
        ("rate DECIMAL(3,2) NOT NULL CHECK (rate <= 1.5)", None),
    ],
)
def test_a_check_is_held_to(tables: Tables, column: str, allowed: set[object] | None) -> None:
    tables.make(orders(column))
    name = column.partition(" ")[0]
    values = {row[name] for row in tables.write()}
    assert len(values) > 1
    assert allowed is None or values == allowed


CUSTOMERS = SourceTable(name="customers", ddl=f"CREATE TABLE customers ({KEYED}, name CHAR(9))")


def test_a_table_that_is_referred_to_may_have_a_unique_column(tables: Tables) -> None:
    key = "customer BIGINT NOT NULL, FOREIGN KEY (customer) REFERENCES customers (id)"
    ddl = f"CREATE TABLE customers ({KEYED}, email VARCHAR(80) NOT NULL UNIQUE)"
    tables.make(orders(key), SourceTable(name="customers", ddl=ddl))
    tables.write("customers")
    assert len(tables.write()) == 40


def test_a_foreign_key_refers_to_rows_that_stay(tables: Tables) -> None:
    key = "customer BIGINT NOT NULL, FOREIGN KEY (customer) REFERENCES customers (id)"
    tables.make(orders(key, rows=5), CUSTOMERS)
    rows = tables.write()
    assert {row["customer"] for row in rows} == set(range(1, 9))
    tables.write("customers")
    assert len(tables.source.rows("customers")) == 48
    assert len(tables.source.rows("orders")) == 45


@pytest.mark.parametrize(("null", "parent"), [("NULL", None), ("NOT NULL", "itself")])
def test_a_table_may_refer_to_itself(tables: Tables, null: str, parent: str | None) -> None:
    tables.make(orders(f"parent BIGINT {null}, FOREIGN KEY (parent) REFERENCES orders (id)"))
    for row in tables.write():
        assert row["parent"] == (row["id"] if parent else None)


@pytest.mark.parametrize("key", ["INT", "INT UNSIGNED", "BIGINT UNSIGNED"])
def test_other_whole_numbers_are_keys(tables: Tables, key: str) -> None:
    ddl = f"CREATE TABLE orders (id {key} AUTO_INCREMENT PRIMARY KEY, version BIGINT UNIQUE)"
    tables.make(SourceTable(name="orders", ddl=ddl, rows=3))
    assert len(tables.write()) == 40


REFUSED = {
    "CREATE TABLE orders (id CHAR(36) PRIMARY KEY, version BIGINT)": "id must be INT or BIGINT",
    "CREATE TABLE orders (uuid CHAR(36) PRIMARY KEY, version BIGINT)": "id .* is missing",
    "CREATE TABLE orders (id SMALLINT PRIMARY KEY, version BIGINT)": "id must be INT or BIGINT",
    "CREATE TABLE orders (id BIGINT PRIMARY KEY, version INT)": "version must be BIGINT and is int",
    "CREATE TABLE orders (id BIGINT PRIMARY KEY)": "version must be BIGINT and is missing",
    "CREATE TABLE orders (id BIGINT, version BIGINT, PRIMARY KEY (id, version))": "id, version",
    "CREATE TABLE orders (id BIGINT UNIQUE, version BIGINT)": "primary key must be `id` alone",
    "CREATE TABLE orders (id BIGINT, k INT PRIMARY KEY, version BIGINT)": r"is \(k\)",
    "CREATE TABLE orders (id BIGINT PRIMARY KEY, version BIGINT) ENGINE=MyISAM": "MyISAM",
    "CREATE TABLE order_s (id BIGINT PRIMARY KEY, version BIGINT)": "no table of that name",
    "CREATE orders (id BIGINT)": "the DDL of table orders is refused",
    f"CREATE TABLE orders ({KEYED}, a CHAR(3) NOT NULL UNIQUE)": "too few values .*fills",
    f"CREATE TABLE orders ({KEYED}, a CHAR(3), CHECK (a REGEXP '^[A-Z]+$'))": "CHECK .*fills",
    f"CREATE TABLE orders ({KEYED}, a INT, FOREIGN KEY (a) REFERENCES gone (id))": "gone",
}


@pytest.mark.parametrize("ddl", REFUSED)
def test_a_table_that_will_not_do_is_refused_in_a_sentence(tables: Tables, ddl: str) -> None:
    with pytest.raises(UsageError, match=REFUSED[ddl]):
        tables.make(SourceTable(name="orders", ddl=ddl))


@pytest.mark.parametrize(
    ("fills", "word"),
    [
        ({"qty": "'many'"}, "qty.*fills with 'many'.*SourceTable"),
        ({"amount": "1"}, "column 'amount'.*qty"),
        ({"version": "1"}, "column 'version'"),
    ],
)
def test_an_own_expression_that_will_not_do_is_refused(
    tables: Tables, fills: dict[str, str], word: str
) -> None:
    with pytest.raises(UsageError, match=word):
        tables.make(orders("qty INT NOT NULL", fills=fills))


def test_a_table_that_is_referred_to_cannot_be_truncated(tables: Tables) -> None:
    key = "customer BIGINT NOT NULL, FOREIGN KEY (customer) REFERENCES customers (id)"
    with pytest.raises(UsageError, match="truncate would empty customers"):
        tables.make(orders(key), CUSTOMERS, truncate=1)


def test_a_copy_has_no_foreign_keys_and_holds_computed_columns(tables: Tables) -> None:
    key = "customer BIGINT NOT NULL, FOREIGN KEY (customer) REFERENCES customers (id)"
    ddl = orders(key, "twice BIGINT AS (version * 2) STORED", "half BIGINT AS (version / 2)")
    copy = f"{tables.name}_copy"
    made = MySqlTables(tables.stack, copy)
    made.create([ddl], keyed=True, unique=True, plain=["orders"], fillers={})
    cursor = tables.stack.mysql.connection(database=copy, autocommit=True).cursor()
    cursor.execute("INSERT INTO orders VALUES (1, 10, 99, 20, 5)")
    assert {"customer", "twice", "half"} <= set(made.columns("orders"))
