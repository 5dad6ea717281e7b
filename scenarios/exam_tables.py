"""The exam's pipelines whose tables, keys, types and source servers differ from ours."""

import json
from pathlib import Path as FilePath

from harness.api import (
    Copy,
    Feed,
    Legal,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
)
from harness.model.value import Settings

DEBEZIUM = Feed(kind="debezium")
SINK, CACHE = Copy(kind="jdbc", name="sink"), Copy(kind="redis", name="cache")
ROWS = Copy(kind="table", name="rows")
OWN_SOURCE = json.loads((FilePath(__file__).parent / "own" / "source.json").read_text())
HEARTBEAT: Settings = {
    "heartbeat.interval.ms": 200,
    "heartbeat.action.query": "CREATE TABLE IF NOT EXISTS ${SOURCE_DATABASE}.heartbeat "
    "AS SELECT NOW(6) AS at; UPDATE ${SOURCE_DATABASE}.heartbeat SET at = NOW(6)",
    "driver.allowMultiQueries": True,
}
NUMBERED = "id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, version BIGINT NOT NULL"


def table(name: str, *columns: str, rows: int = 0, **fills: str) -> SourceTable:
    """A table with a key that MySQL numbers, and these columns."""
    ddl = f"CREATE TABLE {name} ({', '.join([NUMBERED, *columns])})"
    return SourceTable(name=name, ddl=ddl, rows=rows, fills=fills)


def legal(  # noqa: PLR0913 - each is a part of a pipeline
    name: str,
    about: str,
    *tables: SourceTable,
    copies: tuple[Copy, ...] = (SINK, CACHE),
    feed: Feed = DEBEZIUM,
    mix: dict[str, int] | None = None,
    unknown: str = "",
    nightly: bool = True,
    mysql: Settings = {},  # noqa: B006 - nobody changes it
) -> Legal:
    """One path of these tables, which nothing disturbs; `mysql` are settings of the server."""
    weights = mix or {"insert": 4, "update": 4, "delete": 2}
    names = tuple(each.name for each in tables)
    workload = PipelineWorkload(
        tables=tables,
        writers=(Writers(tables=names, count=2, mix=weights),),
        paths=(Path(name="main", feed=feed, copies=copies),),
    )
    scenario = Scenario(
        name=f"exam-{name}",
        about=about,
        topology=Topology(
            registry=True, connect_workers=2, mysql=True, redis=True, mysql_settings=mysql
        ),
        workload=workload,
        baseline_acks=200,
    )
    return Legal(scenario=scenario, unknown=unknown, nightly=nightly)


CUSTOMERS = table("customers", "name VARCHAR(40) NOT NULL")
SHOP = (
    table(
        "orders",
        "code CHAR(3) NOT NULL",
        "amount DECIMAL(5,2) NOT NULL",
        "status ENUM('new', 'paid', 'sent') NOT NULL",
        "number VARCHAR(20) NOT NULL UNIQUE",
        "customer BIGINT NOT NULL",
        "FOREIGN KEY (customer) REFERENCES customers (id)",
    ),
    CUSTOMERS,
)
PLAIN = table("orders", "note VARCHAR(40) NOT NULL")
EVERYTHING = {
    "insert": 3, "update": 3, "delete": 1, "upsert": 1, "key-update": 1, "multi-row": 1,
    "multi-table": 1, "rollback": 1,
}  # fmt: skip

TABLES: tuple[Legal, ...] = (
    legal("shop", "The commonest tables there are", *SHOP, nightly=False),
    legal(
        "small-numbers",
        "Keys of type INT, numbers of every size, with a sign and without",
        SourceTable(
            name="orders",
            ddl="CREATE TABLE orders (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, "
            "version BIGINT NOT NULL, a TINYINT NOT NULL, b TINYINT UNSIGNED NOT NULL, "
            "c SMALLINT UNSIGNED, d MEDIUMINT, e INT UNSIGNED, f BIGINT UNSIGNED, g BOOLEAN, "
            "h DECIMAL(3,2), i DECIMAL(20,10) UNSIGNED, j FLOAT, k DOUBLE, l BIT(1), m YEAR)",
        ),
        nightly=False,
    ),
    legal(
        "checks",
        "CHECK, DEFAULT, computed columns, NOT NULL without a DEFAULT",
        table(
            "orders",
            "qty INT NOT NULL CHECK (qty BETWEEN 1 AND 10)",
            "status VARCHAR(10) NOT NULL CHECK (status IN ('new', 'paid', 'sent'))",
            "price DECIMAL(8,2) NOT NULL CHECK (price > 0)",
            "total DECIMAL(12,2) AS (qty * price) STORED",
            "label VARCHAR(60) AS (CONCAT(status, '-', qty))",
            "kind CHAR(5) NOT NULL DEFAULT 'plain'",
            "created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP",
            "changed DATETIME(3) NOT NULL",
        ),
        nightly=False,
    ),
    legal(
        "texts",
        "Texts and bytes of several sets of characters",
        table(
            "orders",
            "a CHAR(8) CHARACTER SET latin1 NOT NULL",
            "b VARCHAR(200) COLLATE utf8mb4_bin NOT NULL",
            "c TINYTEXT NOT NULL",
            "d LONGTEXT",
            "e BINARY(16) NOT NULL",
            "f VARBINARY(40)",
            "g BLOB",
            "h JSON NOT NULL",
            "i SET('red', 'green', 'blue') NOT NULL",
        ),
    ),
    legal(
        "times",
        "Moments of every precision",
        table(
            "orders",
            "a DATE NOT NULL",
            "b DATETIME NOT NULL",
            "c DATETIME(3)",
            "d DATETIME(6)",
            "e TIMESTAMP NULL",
            "f TIMESTAMP(6) NULL",
            "g TIME",
            "h TIME(6)",
        ),
    ),
    legal(
        "shapes",
        "Shapes and vectors, which no copy in a cache keeps",
        table(
            "orders",
            "place POINT NOT NULL",
            "area POLYGON NOT NULL SRID 4326",
            "meaning VECTOR(3) NOT NULL",
        ),
        copies=(CACHE,),
    ),
    legal(
        "tree",
        "A table refers to itself, and transactions are of every kind",
        table(
            "nodes", "parent BIGINT NULL", "FOREIGN KEY (parent) REFERENCES nodes (id)", "a CHAR(1)"
        ),
        table("roots", "own BIGINT NOT NULL", "FOREIGN KEY (own) REFERENCES roots (id)"),
        mix={**EVERYTHING, "key-update": 0},
    ),
    legal(
        "old-rows",
        "Rows that refer to others are there before the snapshot",
        table(
            "positions",
            "number INT NOT NULL",
            "orders BIGINT NOT NULL REFERENCES orders (id)",
            rows=200,
        ),
        table("orders", "code CHAR(8) NOT NULL UNIQUE", rows=50),
        mix=EVERYTHING,
    ),
    legal(
        "own-values",
        "Columns are filled as their owner says",
        table(
            "orders",
            "status VARCHAR(10) NOT NULL DEFAULT 'new'",
            "region CHAR(2) NOT NULL",
            status="ELT(1 + NEW.version % 3, 'new', 'paid', 'sent')",
            region="IF(NEW.id % 2, 'de', 'fr')",
        ),
    ),
    legal(
        "cascades",
        "Foreign keys would remove rows, or empty their columns",
        table(
            "positions",
            "orders BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE",
            "voucher BIGINT REFERENCES vouchers (id) ON DELETE SET NULL ON UPDATE CASCADE",
        ),
        table("orders", "name VARCHAR(30)"),
        table("vouchers", "name VARCHAR(30)"),
    ),
    legal(
        "partitioned",
        "A table is in partitions, and a row is in a unique index with its key",
        SourceTable(
            name="orders",
            ddl=f"CREATE TABLE orders ({NUMBERED}, region CHAR(2) NOT NULL, "
            "UNIQUE (id, region)) PARTITION BY HASH (id) PARTITIONS 5",
        ),
        mix=EVERYTHING,
    ),
    legal(
        "python-path",
        "Our own feed and consumers carry keys and versions of tables with more",
        *SHOP,
        feed=Feed(kind="binlog"),
        copies=(ROWS, CACHE),
    ),
    legal(
        "polled",
        "A JDBC source polls a table by its time of change",
        table(
            "orders",
            "code CHAR(3) NOT NULL",
            "changed TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) "
            "ON UPDATE CURRENT_TIMESTAMP(6)",
        ),
        feed=Feed(kind="jdbc"),
        copies=(CACHE,),
        mix={"insert": 2, "update": 3},
    ),
    legal(
        "heartbeat",
        "The source writes a heartbeat into a separate table",
        PLAIN,
        feed=Feed(kind="debezium", connector={**OWN_SOURCE, **HEARTBEAT}),
    ),
    legal(
        "wide",
        "A table of two hundred columns",
        table("orders", *(f"c{number} VARCHAR(8) NOT NULL" for number in range(200))),
    ),
    legal(
        "compressed-log",
        "The source compresses its binary log, which Debezium and the harness's feed read",
        *SHOP,
        mysql={"binlog_transaction_compression": True},
    ),
    legal(
        "compressed-log-python",
        "The source compresses its binary log, which the harness's feed reads",
        *SHOP,
        feed=Feed(kind="binlog"),
        copies=(ROWS, CACHE),
        mysql={"binlog_transaction_compression": True},
    ),
)
