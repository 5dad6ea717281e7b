"""The oracle on a real server: it reads what a binary log may hold, or says what it cannot read."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing

import pytest

from harness.backends.docker.stack import DockerStack
from harness.history.history import NOTHING
from harness.kit.errors import UsageError
from harness.model.pipeline.paths import Feed, Path
from harness.model.pipeline.traffic import SourceTable
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.databases import Cursor
from harness.model.ports.source import UnreadableLogError
from harness.model.topology import Topology
from harness.systems.mysql.source import MySqlSource
from harness.workloads.pipeline.source import oracle
from tests.docker.conftest import booted

pytestmark = [pytest.mark.docker, pytest.mark.slow]
Seen = list[tuple[str, int, int, int]]
ORDERS = SourceTable(name="orders")
WORKLOAD = PipelineWorkload(tables=(ORDERS,), writers=())
DEFAULTS = {
    "binlog_transaction_compression": "OFF",
    "binlog_row_image": "FULL",
    "binlog_row_metadata": "FULL",
    "binlog_row_value_options": "",
    "binlog_checksum": "CRC32",
    "binlog_format": "ROW",
    "max_binlog_size": "1073741824",
}


@pytest.fixture(scope="module")
def server() -> Iterator[DockerStack]:
    """A source, alone."""
    yield from booted(Topology(brokers=0, mysql=True))


class Database:
    """A database with the table `orders`, and what has been committed to it since."""

    def __init__(self, stack: DockerStack, name: str) -> None:
        self.stack = stack
        self.name = name
        self.source = MySqlSource(stack, name)
        self.follow()
        self.source.create([ORDERS])

    def follow(self) -> None:
        """Read from here on."""
        self.log = self.source.follow("reader", ["orders"])

    def session(self) -> Cursor:
        """A new session, in which each statement is a transaction."""
        return self.stack.mysql.connection(database=self.name, autocommit=True).cursor()

    def run(self, *statements: str) -> None:
        """All in one session."""
        session = self.session()
        for statement in statements:
            session.execute(statement)

    def committed(self) -> list[Seen]:
        """Table, key, version and version before of each change, by transaction."""
        rows: oracle.Tables = defaultdict(dict)
        with closing(self.log.read()) as transactions:
            found = [list(oracle.changes(each, rows)) for each in transactions]
        return [
            [(each.table, each.key, each.version, each.before) for each in changes]
            for changes in found
            if changes
        ]


@pytest.fixture
def database(server: DockerStack, request: pytest.FixtureRequest) -> Iterator[Database]:
    found = Database(server, f"d{abs(hash(request.node.name)) % 10**8}")
    yield found
    found.run(
        *(f"SET GLOBAL {name} = '{value}'" for name, value in DEFAULTS.items() if value == "")
    )
    for name, value in DEFAULTS.items():
        text = value if value.isdigit() else f"'{value}'"
        found.run(f"SET GLOBAL {name} = {text}")
    found.source.drop()


EACH_KIND = (
    "INSERT INTO orders (id, version) VALUES (1, 10), (2, 20)",
    "UPDATE orders SET version = 11 WHERE id = 1",
    "UPDATE orders SET id = 3, version = 30 WHERE id = 2",
    "DELETE FROM orders WHERE id = 1",
)
SEEN: list[Seen] = [
    [("orders", 1, 10, NOTHING), ("orders", 2, 20, NOTHING)],
    [("orders", 1, 11, 10)],
    [("orders", 2, NOTHING, 20), ("orders", 3, 30, NOTHING)],
    [("orders", 1, NOTHING, 11)],
]


@pytest.mark.parametrize(
    "setting",
    [
        "binlog_transaction_compression = ON",
        "binlog_row_image = 'MINIMAL'",
        "binlog_row_image = 'NOBLOB'",
        "binlog_checksum = 'NONE'",
        "max_binlog_size = 4096",
    ],
)
def test_each_way_to_write_the_log_tells_the_same(database: Database, setting: str) -> None:
    database.run(f"SET GLOBAL {setting}")
    database.follow()
    database.run(*EACH_KIND)
    assert database.committed() == SEEN


def test_a_compressed_transaction_of_many_rows_is_whole(database: Database) -> None:
    database.run("SET GLOBAL binlog_transaction_compression = ON")
    rows = ", ".join(f"({key}, {key})" for key in range(20_000))
    database.run(f"INSERT INTO orders (id, version) VALUES {rows}")  # noqa: S608
    (changes,) = database.committed()
    assert [key for _, key, _, _ in changes] == list(range(20_000))


def test_parts_of_json_are_changes_of_their_row(database: Database) -> None:
    database.run("SET GLOBAL binlog_row_value_options = 'PARTIAL_JSON'")
    database.run(
        "ALTER TABLE orders ADD COLUMN note JSON",
        'INSERT INTO orders (id, version, note) VALUES (1, 10, \'{"a": 1, "b": "some text"}\')',
        "UPDATE orders SET version = 11, note = JSON_SET(note, '$.a', 2) WHERE id = 1",
    )
    assert database.committed() == [[("orders", 1, 10, NOTHING)], [("orders", 1, 11, 10)]]


def test_other_tables_are_none_of_its_business(database: Database) -> None:
    database.run(
        "CREATE TABLE heartbeat (ts DATETIME)",
        "INSERT INTO heartbeat VALUES (NOW())",
        "CREATE TABLE outbox (uuid BINARY(16) PRIMARY KEY, body JSON)",
        "INSERT INTO outbox VALUES (UUID_TO_BIN(UUID()), '{}')",
        "CREATE VIEW seen AS SELECT id FROM orders",
        "CREATE TEMPORARY TABLE own (id INT)",
        "INSERT INTO own VALUES (1)",
        "CREATE TABLE copied AS SELECT * FROM orders",
        "DROP TABLE heartbeat",
        "RENAME TABLE outbox TO inbox",
        EACH_KIND[0],
    )
    assert database.committed() == SEEN[:1]


def test_a_table_of_the_same_name_elsewhere_is_another(database: Database) -> None:
    other = f"{database.name}_other"
    database.run(
        f"CREATE DATABASE {other}",
        f"CREATE TABLE {other}.orders (uuid CHAR(36))",
        f"INSERT INTO {other}.orders VALUES (UUID())",  # noqa: S608
        EACH_KIND[0],
        f"TRUNCATE TABLE {other}.orders",
        f"DROP DATABASE {other}",
    )
    assert database.committed() == SEEN[:1]


def test_a_transaction_of_xa_comes_when_it_commits(database: Database) -> None:
    first, second = database.session(), database.session()
    for session, xid, key in ((first, "'a','b'", 1), (second, "'c'", 2)):
        session.execute(f"XA START {xid}")
        session.execute(f"INSERT INTO orders (id, version) VALUES ({key}, {key}0)")  # noqa: S608
        session.execute(f"XA END {xid}")
        session.execute(f"XA PREPARE {xid}")
    database.run("INSERT INTO orders (id, version) VALUES (5, 50)")
    second.execute("XA ROLLBACK 'c'")
    first.execute("XA COMMIT 'a','b'")
    database.run(
        "XA START 'd'", "INSERT INTO orders (id, version) VALUES (6, 60)", "XA END 'd'",
        "XA COMMIT 'd' ONE PHASE",
    )  # fmt: skip
    assert database.committed() == [
        [("orders", 5, 50, NOTHING)],
        [("orders", 1, 10, NOTHING)],
        [("orders", 6, 60, NOTHING)],
    ]


@pytest.mark.parametrize("compressed", ["ON", "OFF"])
def test_a_vector_is_passed_over(database: Database, compressed: str) -> None:
    vector = "STRING_TO_VECTOR('[1.5, -2, 0.25]')"
    database.run(
        f"SET GLOBAL binlog_transaction_compression = {compressed}",
        "DROP TABLE orders",
    )
    database.follow()
    database.run(
        "CREATE TABLE orders (embedding VECTOR(3) NOT NULL, name CHAR(3), id BIGINT PRIMARY KEY, "
        "kind ENUM('a', 'b'), place POINT, version BIGINT)",
        f"INSERT INTO orders VALUES ({vector}, 'abc', 1, 'b', POINT(1, 2), 10)",  # noqa: S608
        f"UPDATE orders SET version = 11, name = 'de', embedding = {vector}",  # noqa: S608
    )
    assert database.committed() == [[("orders", 1, 10, NOTHING)], [("orders", 1, 11, 10)]]


def test_what_was_rolled_back_is_not_there(database: Database) -> None:
    session = database.stack.mysql.connection(database=database.name)
    cursor = session.cursor()
    cursor.execute("INSERT INTO orders (id, version) VALUES (1, 10)")
    cursor.execute("SAVEPOINT here")
    cursor.execute("INSERT INTO orders (id, version) VALUES (2, 20)")
    cursor.execute("ROLLBACK TO here")
    session.commit()
    cursor.execute("INSERT INTO orders (id, version) VALUES (3, 30)")
    session.rollback()
    assert database.committed() == [[("orders", 1, 10, NOTHING)]]


def test_a_table_that_is_altered_on_the_way_is_followed(database: Database) -> None:
    database.run(
        EACH_KIND[0],
        "ALTER TABLE orders ADD COLUMN note VARCHAR(40) FIRST",
        EACH_KIND[1],
        "ALTER TABLE orders RENAME COLUMN note TO remark, ADD INDEX (remark)",
        EACH_KIND[2],
    )
    assert database.committed() == SEEN[:3]


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (("RENAME TABLE orders TO old_orders",), "renamed"),
        (("ALTER TABLE `orders` RENAME TO old_orders",), "renamed"),
        (("DROP TABLE orders",), "dropped"),
        (
            ("SET SESSION binlog_format = 'STATEMENT'", "UPDATE orders SET version = 12"),
            "binlog_format must be ROW",
        ),
    ],
)
def test_what_cannot_be_followed_is_said(
    database: Database, statements: tuple[str, ...], why: str
) -> None:
    database.run(EACH_KIND[0], *statements)
    with pytest.raises(UnreadableLogError, match=why):
        database.committed()


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ("binlog_format = 'MIXED'", "binlog_format=MIXED.*ROW"),
        ("binlog_row_metadata = 'MINIMAL'", "binlog_row_metadata=MINIMAL.*FULL"),
        ("binlog_row_image = 'MINIMAL'", "path main .*binlog_row_image=MINIMAL"),
    ],
)
def test_a_log_that_would_not_do_is_refused(database: Database, setting: str, word: str) -> None:
    path = Path(name="main", feed=Feed(kind="binlog"))
    workload = PipelineWorkload(tables=(ORDERS,), writers=(), paths=(path,))
    database.source.check(workload)
    database.run(f"SET GLOBAL {setting}")
    with pytest.raises(UsageError, match=word):
        database.source.check(workload)
