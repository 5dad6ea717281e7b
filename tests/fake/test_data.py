"""The database in memory: what is committed, to whom it shows, and what its log says."""

import pytest
from pymysql.err import IntegrityError, OperationalError

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.data import ddl
from harness.backends.fake.data.rows import Change
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.data.tokens import UnplayedError

ORDERS = (
    "CREATE TABLE orders (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, "
    "number VARCHAR(20) UNIQUE, amount DECIMAL(12, 4), "
    "changed TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6))"
)


@pytest.fixture
def server() -> DatabaseServer:
    made = DatabaseServer("mysql", VirtualClock())
    made.databases["shop"] = {}
    made.create("shop", ddl.parse(ORDERS))
    return made


def test_a_row_is_shown_to_others_once_it_is_committed(server: DatabaseServer) -> None:
    table, writer = server.table("shop", "orders"), server.begin()
    writer.insert(table, {"id": 1, "version": 1})
    assert (len(table.seen(1, 1)), len(table.seen(1, 1, writer))) == (0, 1)
    writer.commit()
    assert len(table.seen(1, 1)) == 1
    writer.update(table, 1, {"version": 2})
    assert [row["version"] for row in table.committed()] == [1]
    writer.delete(table, 1)
    assert [row["version"] for row in table.seen(1, 1)] == [1]
    writer.rollback()
    assert [row["version"] for row in table.seen(1, 1)] == [1]


def test_the_log_holds_commits_in_order_and_goes_on_in_a_new_file(server: DatabaseServer) -> None:
    table, writer = server.table("shop", "orders"), server.begin()
    begin = server.log.end
    for version in (1, 2):
        writer.upsert(table, {"id": 1, "version": version})
        writer.commit()
    server.kill()
    server.start()
    again = server.begin()
    again.delete(table, 1)
    again.commit()
    first, second, third = server.log.after(begin)
    assert (first.end, second.end[0] < third.start[0]) == (second.start, True)
    (change,) = second.changes
    assert isinstance(change, Change)
    assert change.before
    assert change.after
    assert (change.before["version"], change.after["version"]) == (1, 2)
    assert server.log.after(second.start) == [second, third]
    assert server.log.after(second.end) == [third]


def test_what_is_open_when_the_server_dies_is_undone(server: DatabaseServer) -> None:
    table, writer = server.table("shop", "orders"), server.begin()
    writer.insert(table, {"id": 1, "version": 1})
    server.kill()
    assert not list(table.committed())
    assert not table.open


def test_a_row_that_another_has_written_is_locked(server: DatabaseServer) -> None:
    table, one, other = server.table("shop", "orders"), server.begin(), server.begin()
    one.insert(table, {"id": 1, "version": 1})
    one.commit()
    one.delete(table, 1)
    with pytest.raises(OperationalError, match="Lock wait"):
        other.update(table, 1, {"version": 2})
    with pytest.raises(OperationalError, match="Lock wait"):
        other.insert(table, {"id": 1, "version": 2})


def test_unique_columns_are_unique(server: DatabaseServer) -> None:
    table, writer = server.table("shop", "orders"), server.begin()
    writer.insert(table, {"id": 1, "version": 1, "number": "a"})
    for key, number in ((1, "b"), (2, "a")):
        with pytest.raises(IntegrityError, match="Duplicate"):
            writer.insert(table, {"id": key, "version": 2, "number": number})


def test_a_foreign_key_holds(server: DatabaseServer) -> None:
    items = server.create(
        "shop",
        ddl.parse(
            "CREATE TABLE items (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, "
            "`order` BIGINT NOT NULL, FOREIGN KEY (`order`) REFERENCES orders (id))"
        ),
    )
    orders, writer = server.table("shop", "orders"), server.begin()
    with pytest.raises(IntegrityError, match="child"):
        writer.insert(items, {"id": 1, "version": 1, "order": 7})
    writer.insert(orders, {"id": 7, "version": 1})
    writer.insert(items, {"id": 1, "version": 1, "order": 7})
    with pytest.raises(IntegrityError, match="parent"):
        writer.delete(orders, 7)


def test_what_tables_in_memory_lack_is_named() -> None:
    for columns, lack in (
        ("id BIGINT PRIMARY KEY, place POINT", "POINT"),
        ("id BIGINT PRIMARY KEY, a INT CHECK (a > 0)", "CHECK"),
    ):
        with pytest.raises(UnplayedError, match=lack):
            ddl.parse(f"CREATE TABLE orders ({columns})")
