"""PostgreSQL: its errors are known, its log tells what was committed, and changes flow."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing

import psycopg
import pytest
from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from harness.backends.docker.stack import DockerStack
from harness.kit.waits import NotYet, wait_until
from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.databases import SqlConnection
from harness.model.ports.source import UnreadableLogError
from harness.model.rows import Committed, Image, RowChange, Truncation
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.systems.postgres import errors
from harness.systems.postgres.client import Connection, connect
from harness.systems.postgres.log_reader import LogReader, identities
from harness.systems.postgres.slots import drop_slots
from tests.docker.conftest import booted
from tests.docker.connectors import connector

pytestmark = [pytest.mark.docker, pytest.mark.slow]
TABLE = "CREATE TABLE orders (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, note TEXT)"
EACH_KIND = (
    "INSERT INTO orders VALUES (1, 10), (2, 20)",
    "UPDATE orders SET version = 11 WHERE id = 1",
    "UPDATE orders SET id = 3, version = 30 WHERE id = 2",
    "DELETE FROM orders WHERE id = 1",
)


@pytest.fixture(scope="module")
def stack() -> Iterator[DockerStack]:
    """PostgreSQL and a worker of Connect."""
    yield from booted(
        Topology(
            connect_workers=1,
            postgres=True,
            postgres_settings={"application_name": "it's", "wal_writer_delay": "10s"},
        )
    )


TYPES = {
    "SMALLINT": "3",
    "INTEGER": "3",
    "BIGINT": "2",
    "NUMERIC(12, 4)": "0.0003",
    "NUMERIC(5)": "3",
    "REAL": "0.0003000000142492354",
    "DOUBLE PRECISION": "0.0003",
    "BOOLEAN": "1",
    "TEXT": "v2",
    "VARCHAR(40)": "v2",
    "VARCHAR(4)": "0002",
    "CHAR(3)": "002",
    "UUID": "1b267619-c481-2cc4-6ee2-81747884ca50",
    "BYTEA": "7632",
    "JSON": '{"version": 2}',
    "JSONB": '{"version": 2}',
    "DATE": "2020-01-03",
    "TIMESTAMP": "2020-01-01 02:00:00.246914",
    "TIMESTAMPTZ": "2020-01-01 02:00:00.246914",
    "TIME": "00:00:02.002914",
    "INTERVAL": "",
    "BIT(3)": "",
}
"""Each type, with the text of the value of version 2; none where values are not compared."""


class Shop:
    """A schema with the table `orders`, and what has been committed to it since."""

    def __init__(self, stack: DockerStack, name: str) -> None:
        self.stack = stack
        self.name = name
        self._open: list[SqlConnection] = []
        with closing(stack.postgres.connection(autocommit=True)) as connection:
            connection.cursor().execute(f"CREATE SCHEMA {name}")
        self.run(TABLE)
        self.remade()

    def _connect(self, answer_limit_s: float) -> Connection:
        address, password = self.stack.address("postgres"), self.stack.password()
        return connect(address, password, answer_limit_s=answer_limit_s)

    def connection(self, *, answer_limit_s: float = 5.0) -> SqlConnection:
        """A new session with transactions."""
        connection = self.stack.postgres.connection(
            database=self.name, answer_limit_s=answer_limit_s
        )
        self._open.append(connection)
        return connection

    def remade(self) -> None:
        """Follow its table, as it is made now, from now on."""
        with closing(self._connect(5.0)) as connection:
            drop_slots(connection, [self.name])
        with closing(self._connect(5.0)) as connection:
            tables = identities(connection, self.name)
        self.log = LogReader(self._connect, self.name, self.name, ["orders"], tables)

    def close(self) -> None:
        """Hang up and leave nothing behind."""
        for connection in self._open:
            connection.close()
        self.log.close()
        self.run(f"DROP SCHEMA {self.name} CASCADE")

    def run(self, *statements: str) -> None:
        """All in one session, each a transaction."""
        connection = self.stack.postgres.connection(database=self.name, autocommit=True)
        with closing(connection):
            for statement in statements:
                connection.cursor().execute(statement)

    def rows(self) -> Sequence[tuple[int, int]]:
        with closing(self.connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT id, version FROM orders ORDER BY id")
            return cursor.fetchall()

    def committed(self) -> list[tuple[RowChange | Truncation, ...]]:
        return [each.changes for each in self.transactions() if each.changes]

    def transactions(self) -> list[Committed]:
        return list(self.log.read(answer_limit_s=30))


@pytest.fixture
def shop(stack: DockerStack, request: pytest.FixtureRequest) -> Iterator[Shop]:
    found = Shop(stack, f"s{abs(hash(request.node.name)) % 10**8}")
    yield found
    wait_healthy(stack)
    found.close()


def wait_healthy(stack: DockerStack) -> None:
    wait_until(
        "the stack to be healthy",
        lambda: NotYet(missing) if (missing := stack.unhealthy()) else True,
        limit_s=60,
        interval_s=0.2,
    )


def inserted(key: int, version: int) -> RowChange:
    return RowChange("orders", None, Image(key, version))


def updated(key: int, version: int, before: Image | None = None) -> RowChange:
    return RowChange("orders", before or Image(key, None), Image(key, version))


def test_a_setting_is_what_the_server_has(shop: Shop) -> None:
    with closing(shop.connection()) as connection:
        cursor = connection.cursor()
        for name, value in (("wal_level", "logical"), ("wal_writer_delay", "10s")):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchall() == [(value,)]


def test_the_log_tells_each_kind_of_change(shop: Shop) -> None:
    shop.run(*(each.replace("orders V", "orders (id, version) V") for each in EACH_KIND))
    assert shop.committed() == [
        (inserted(1, 10), inserted(2, 20)),
        (updated(1, 11),),
        (updated(3, 30, Image(2, None)),),
        (RowChange("orders", Image(1, None), None),),
    ]
    shop.log.confirm()
    shop.run("ALTER TABLE orders REPLICA IDENTITY FULL", "UPDATE orders SET version = 31")
    shop.run("TRUNCATE orders", "INSERT INTO orders VALUES (9, 90)")
    assert shop.committed() == [
        (updated(3, 31, Image(3, 30)),),
        (Truncation("orders"),),
        (inserted(9, 90),),
    ]
    assert shop.committed(), "what is not confirmed is handed out again"


def test_the_log_has_transactions_in_order_of_commit_and_none_that_was_rolled_back(
    shop: Shop,
) -> None:
    first, second, third = (shop.connection() for _ in range(3))
    first.cursor().execute("INSERT INTO orders VALUES (1, 10)")
    second.cursor().execute("INSERT INTO orders VALUES (2, 20)")
    third.cursor().execute("INSERT INTO orders VALUES (3, 30)")
    second.commit()
    third.rollback()
    cursor = first.cursor()
    cursor.execute("SAVEPOINT here")
    cursor.execute("INSERT INTO orders VALUES (4, 40)")
    cursor.execute("ROLLBACK TO here")
    first.commit()
    assert shop.committed() == [(inserted(2, 20),), (inserted(1, 10),)]


def test_a_long_value_that_did_not_change_is_passed_over(shop: Shop) -> None:
    shop.run(
        "ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL",
        "INSERT INTO orders VALUES (1, 10, repeat('it''s', 10000))",
        "UPDATE orders SET version = 11",
    )
    assert shop.committed() == [(inserted(1, 10),), (updated(1, 11),)]


def test_changes_of_partitions_are_those_of_their_table(shop: Shop) -> None:
    shop.run(
        "DROP TABLE orders",
        f"{TABLE} PARTITION BY HASH (id)",
        "CREATE TABLE every PARTITION OF orders FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        "INSERT INTO orders VALUES (1, 10)",
    )
    shop.remade()
    shop.run("INSERT INTO orders VALUES (2, 20)", "UPDATE every SET version = 21 WHERE id = 2")
    assert shop.committed() == [(inserted(2, 20),), (updated(2, 21),)]
    shop.run("TRUNCATE every")
    with pytest.raises(UnreadableLogError, match="partition of table orders was truncated"):
        shop.committed()


def test_every_type_is_filled_and_read(stack: DockerStack) -> None:
    source = stack.source("postgres", "types")
    columns = {f"c{place}": kind for place, kind in enumerate(TYPES)}
    made = source.create([SourceTable(name="wide", columns=columns)])
    try:
        assert made.fillers["wide"].keys() == columns.keys()
        for key, version in ((1, 2), (2, (3 << 40) + 99_999)):
            source.replace({"wide": {key: version}})
        compared = source.columns("wide")
        found = source.contents("wide", compared)
        assert list(found.rows) == [(1, 2), (2, (3 << 40) + 99_999)]
        assert [cell for cell in found.cells if cell.text is None] == []
        texts = {cell.column: cell.text for cell in found.cells if cell.key == 1}
        assert {name: texts[name] for name in columns if name in compared} == {
            f"c{place}": text for place, text in enumerate(TYPES.values()) if text
        }
        assert {*compared} == {*texts}
    finally:
        source.drop()


def test_a_log_that_cannot_be_followed_is_an_error(shop: Shop) -> None:
    shop.run("CREATE TABLE beside (id INT)", "INSERT INTO beside VALUES (1)", "DROP TABLE beside")
    assert shop.committed() == []
    shop.run("ALTER TABLE orders REPLICA IDENTITY NOTHING", "INSERT INTO orders VALUES (1, 10)")
    shop.run("DELETE FROM orders")
    with pytest.raises(UnreadableLogError, match="REPLICA IDENTITY NOTHING"):
        shop.committed()
    shop.run("ALTER TABLE orders RENAME TO old_orders")
    with pytest.raises(UnreadableLogError, match="renamed"):
        shop.committed()


def test_a_killed_server_keeps_what_it_acknowledged_and_nothing_that_failed(shop: Shop) -> None:
    shop.run(*(f"INSERT INTO orders VALUES ({key}, 0)" for key in range(100)))  # noqa: S608
    hanging = shop.connection()
    hanging.cursor().execute("INSERT INTO orders VALUES (100, 0)")
    shop.stack.services.kill("postgres")
    with pytest.raises(psycopg.Error) as caught:
        hanging.commit()
    assert errors.name_of(caught.value) in {"postgres:57P01", "postgres:08006"}
    assert errors.outcome_of(caught.value, committing=True) == "info"
    with pytest.raises(psycopg.Error) as caught:
        hanging.commit()
    assert errors.name_of(caught.value) == "postgres:not-connected"
    assert errors.outcome_of(caught.value, committing=True) == "fail"
    shop.stack.services.start("postgres")
    wait_healthy(shop.stack)
    assert shop.rows() == [(key, 0) for key in range(100)]
    assert shop.committed() == [(inserted(key, 0),) for key in range(100)]


def test_a_killed_server_loses_what_it_did_not_write_out(shop: Shop) -> None:
    shop.run("SET synchronous_commit = off", "INSERT INTO orders VALUES (1, 10)")
    assert shop.committed() == [(inserted(1, 10),)], "reading makes the server write it out"
    shop.run("SET synchronous_commit = off", "INSERT INTO orders VALUES (2, 20)")
    shop.stack.services.kill("postgres")
    shop.stack.services.start("postgres")
    wait_healthy(shop.stack)
    assert shop.rows() == [(1, 10)]
    assert shop.committed() == [(inserted(1, 10),)]


def test_a_paused_server_is_noticed_and_the_commit_may_have_happened(shop: Shop) -> None:
    connection = shop.connection(answer_limit_s=1.0)
    connection.cursor().execute("INSERT INTO orders VALUES (1, 0)")
    shop.stack.services.pause("postgres")
    try:
        with pytest.raises(psycopg.Error, match="no answer within 1 s") as caught:
            connection.commit()
    finally:
        shop.stack.services.resume("postgres")
    assert errors.outcome_of(caught.value, committing=True) == "info"


def test_errors_have_the_codes_that_the_table_knows(shop: Shop) -> None:
    shop.run("INSERT INTO orders VALUES (1, 0)")
    connection, other = shop.connection(), shop.connection()
    with pytest.raises(psycopg.Error) as caught:
        connection.cursor().execute("INSERT INTO orders VALUES (1, 0)")
    assert errors.name_of(caught.value) == "postgres:23505"
    with pytest.raises(psycopg.Error) as caught:
        connection.commit()  # the server would say that it is rolled back, and psycopg nothing
    assert errors.name_of(caught.value) == "postgres:25P02"
    connection.rollback()
    connection.cursor().execute("UPDATE orders SET version = 1")
    cursor = other.cursor()
    cursor.execute("SET lock_timeout = '100ms'")
    with pytest.raises(psycopg.Error) as caught:
        cursor.execute("UPDATE orders SET version = 2")
    assert errors.name_of(caught.value) == "postgres:55P03"


def test_changes_are_captured_and_go_on_after_a_crash(shop: Shop) -> None:
    shop.run("INSERT INTO orders VALUES (1, 10)")
    with connector(shop.stack, shop.name, change_capture(shop.stack, shop.name)):
        wait_for_events(shop, [("r", 1, 10)])
        shop.run("INSERT INTO orders VALUES (2, 20)", "UPDATE orders SET version = 21 WHERE id = 2")
        wait_for_events(shop, [("r", 1, 10), ("c", 2, 20), ("u", 2, 21)])
        shop.stack.services.kill("postgres")
        shop.stack.services.start("postgres")
        wait_healthy(shop.stack)
        shop.run("DELETE FROM orders WHERE id = 1")
        shop.stack.connect.wait_running(shop.name)
        wait_for_events(shop, [("r", 1, 10), ("c", 2, 20), ("u", 2, 21), ("d", 1, None)])
    shop.run(f"DROP PUBLICATION {shop.name}_cdc")


def change_capture(stack: DockerStack, schema: str) -> Settings:
    """Debezium on one schema; topics are `<schema>.<schema>.<table>`."""
    host, port = stack.address("postgres", "connect")
    return {
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "plugin.name": "pgoutput",
        "database.hostname": host,
        "database.port": port,
        "database.user": "chaos",
        "database.password": stack.password("connect"),
        "database.dbname": "chaos",
        "schema.include.list": schema,
        "topic.prefix": schema,
        "slot.name": f"{schema}_cdc",
        "publication.name": f"{schema}_cdc",
        "publication.autocreate.mode": "filtered",
        "poll.interval.ms": 50,
        "status.update.interval.ms": 1000,
        "retriable.restart.connector.wait.ms": 1000,
        "exactly.once.support": "required",
    }


def wait_for_events(shop: Shop, expected: list[tuple[str, int, int | None]]) -> None:
    def probe() -> NotYet | bool:
        found = events(shop)
        return True if found == expected else NotYet(f"{found}")

    wait_until("the events to arrive", probe, limit_s=60, interval_s=0.5)


def events(shop: Shop) -> list[tuple[str, int, int | None]]:
    """Kind, key and version of each event so far."""
    topic = f"{shop.name}.{shop.name}.orders"
    if topic not in shop.stack.kafka.topics.names():
        return []
    consumer = shop.stack.kafka.consumer(
        {"group.id": "events", "enable.partition.eof": True, "isolation.level": "read_committed"}
    )
    with closing(consumer):
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        found: list[tuple[str, int, int | None]] = []
        while True:
            for message in consumer.consume(100, 5.0):
                if message.error() is not None:
                    return found
                value = message.value()
                if value is None:
                    continue
                body = json.loads(value)
                body = body.get("payload", body)
                row = body["after"] or body["before"]
                found.append((body["op"], row["id"], body["after"] and row["version"]))
