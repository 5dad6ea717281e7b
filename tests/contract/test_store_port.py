"""What a source, its copies and caches do, in memory and on the real servers alike."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from harness.backends.docker import lifecycle
from harness.backends.docker.stack import DockerStack
from harness.backends.fake.stack import FakeStack
from harness.history.history import NOTHING
from harness.kit.clock import REAL
from harness.kit.waits import wait_until
from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.powers import Links, TableOperations
from harness.model.ports.source import RowMissingError, Source
from harness.model.ports.store import Tables
from harness.model.rows import Image, RowChange, Truncation
from harness.model.topology import Topology
from tests.contract.bench import Bench

STORES = Topology(brokers=0, mysql=True, redis=True)
ORDERS = SourceTable(name="orders")
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def docker_stores() -> Iterator[DockerStack]:
    stack = lifecycle.boot(STORES, kept=False)
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture(params=["fake", pytest.param("docker", marks=pytest.mark.docker)])
def stores(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A stack of databases and caches, which is whole again afterwards."""
    if request.param == "docker":
        bench = Bench(request.getfixturevalue("docker_stores"), REAL)
    else:
        stack = FakeStack(STORES, seed=1)
        bench = Bench(stack, stack.clock)
    yield bench
    for service in ("mysql", "redis"):
        bench.stack.power(Links).mend_link("client", service)
        bench.stack.services.resume(service)
        bench.stack.services.start(service)
    bench.wait_healthy()


@pytest.fixture
def source(stores: Bench) -> Iterator[Source]:
    """A database with the table `orders`."""
    with closing(_Dropped(stores.stack.source("mysql", _name()))) as made:
        made.source.create([ORDERS])
        yield made.source


class _Dropped:
    def __init__(self, source: Source) -> None:
        self.source = source

    def close(self) -> None:
        self.source.drop()


def _name() -> str:
    return f"contract_{next(_NUMBERS)}_{REAL.now_ns() % 10**9}"


def written(source: Source, *versions: tuple[int, int], table: str = "orders") -> None:
    """Insert rows, each in a transaction of its own."""
    with closing(source.session()) as session:
        for key, version in versions:
            session.insert(table, key, version)
            session.commit()


def rows(of: Source | Tables, table: str = "orders") -> list[tuple[int, int]]:
    return sorted((int(key), int(version)) for key, version in of.rows(table))


def test_what_is_not_committed_only_its_writer_sees(source: Source) -> None:
    with closing(source.session()) as session:
        session.insert("orders", 16, 1)
        session.update("orders", 16, 2)
        session.upsert("orders", 17, 3)
        session.upsert("orders", 17, 4)
        assert list(session.between("orders", 0, 99)) == [(16, 2), (17, 4)]
        assert rows(source) == []
        session.commit()
        session.move("orders", 16, 18, 5)
        session.update_many("orders", {17: 6, 18: 7})
        session.delete("orders", 17)
        session.rollback()
        assert rows(source) == [(16, 2), (17, 4)]


def test_a_row_that_is_not_there_is_said_to_be_missing(source: Source) -> None:
    with closing(source.session()) as session:
        with pytest.raises(RowMissingError):
            session.update("orders", 16, 1)
        with pytest.raises(RowMissingError):
            session.delete("orders", 16)
        with pytest.raises(RowMissingError):
            session.move("orders", 16, 17, 1)


def test_a_key_that_is_there_is_refused_and_the_transaction_goes_on(source: Source) -> None:
    written(source, (16, 1))
    with closing(source.session()) as session:
        session.insert("orders", 17, 2)
        with pytest.raises(source.errors) as refused:
            session.insert("orders", 16, 3)
        assert source.name_of(refused.value) == "mysql:1062"
        session.commit()
    assert rows(source) == [(16, 1), (17, 2)]


def test_the_log_tells_committed_changes_in_order_and_again_until_confirmed(
    source: Source,
) -> None:
    follower = source.follow("reader", ["orders"])
    with closing(source.session()) as session:
        session.insert("orders", 16, 1)
        session.rollback()
        session.insert("orders", 16, 2)
        session.update("orders", 16, 3)
        session.commit()
        session.move("orders", 16, 17, 4)
        session.commit()
        session.delete("orders", 17)
        session.commit()
    told = [
        RowChange("orders", None, Image(16, 2)),
        RowChange("orders", Image(16, 2), Image(16, 3)),
        RowChange("orders", Image(16, 3), Image(17, 4)),
        RowChange("orders", Image(17, 4), None),
    ]
    for _ in range(2):
        found = [each for each in follower.read() if each.changes]
        assert [change for each in found for change in each.changes] == told
        assert [len(each.changes) for each in found] == [2, 1, 1]
    follower.confirm()
    assert not [each for each in follower.read() if each.changes]
    follower.close()


def test_a_truncation_is_told_as_one(source: Source) -> None:
    written(source, (16, 1))
    follower = source.follow("reader", ["orders"])
    with closing(source.session()) as session:
        session.truncate("orders")
    assert rows(source) == []
    assert [c for each in follower.read() for c in each.changes] == [Truncation("orders")]
    follower.close()


def test_a_snapshot_is_what_the_log_goes_on_from(source: Source) -> None:
    written(source, (16, 1))
    found, follower = source.snapshot("reader", ["orders"])
    written(source, (17, 2))
    assert [tuple(row) for row in found["orders"]] == [(16, 1)]
    changes = [change for each in follower.read() for change in each.changes]
    assert changes == [RowChange("orders", None, Image(17, 2))]
    follower.close()


def test_a_poller_sees_rows_behind_its_place(source: Source, stores: Bench) -> None:
    by_key, by_time = source.poller("incrementing", 0), source.poller("timestamp", 0)
    written(source, (16, 1))
    stores.clock.pause(0.01)
    written(source, (17, 2))
    stores.clock.pause(0.01)
    with closing(source.session()) as session:
        session.update("orders", 16, 3)
        session.commit()
    stores.clock.pause(0.01)
    assert [version for _, version in by_key.newer("orders", None, limit=9)] == [3, 2]
    found = by_time.newer("orders", None, limit=9)
    assert [version for _, version in found] == [2, 3]
    assert [version for _, version in by_time.newer("orders", found[0][0], limit=9)] == [3]
    for poller in (by_key, by_time):
        poller.close()


TYPED = SourceTable(
    name="typed",
    columns={
        "customer": "VARCHAR(40)",
        "amount": "DECIMAL(12, 4)",
        "note": "JSON",
        "placed": "DATETIME(6)",
        "size": "TINYINT UNSIGNED",
        "code": "CHAR(3)",
        "state": "ENUM('new', 'paid', 'sent')",
        "tags": "SET('red', 'green')",
        "day": "DATE",
        "took": "TIME(6)",
        "digest": "BINARY(16)",
        "flag": "BIT(1)",
        "rate": "FLOAT",
        "ratio": "DOUBLE",
        "year_": "YEAR",
        "kind": "CHAR(5) NOT NULL DEFAULT 'plain'",
    },
)
TEXTS = {
    "customer": "v1000000007",
    "amount": "100000.0008",
    "note": '{"version": 1000000007}',
    "placed": "2020-01-01 07:00:00.864199",
    "size": "168",
    "code": "GXZ",
    "state": "sent",
    "tags": "red,green",
    "day": "2020-01-08",
    "took": "04:59:41.010199",
    "digest": "30303030303030303030474A4447585A",
    "flag": "1",
    "rate": "10.000800132751465",
    "ratio": "10.0008",
    "year_": "2067",
    "kind": "plain",
}


def test_columns_are_filled_by_the_version_and_read_as_texts(stores: Bench) -> None:
    with closing(_Dropped(stores.stack.source("mysql", _name()))) as made:
        made.source.create([TYPED])
        with closing(made.source.session()) as session:
            session.insert("typed", 16, 1_000_000_007)
            session.commit()
        columns = {
            name: column
            for name, column in made.source.columns("typed").items()
            if name != "changed"
        }
        found = made.source.contents("typed", columns)
        assert {cell.column: cell.text for cell in found.cells} == TEXTS


def test_an_operator_changes_a_table_and_works_past_the_log(source: Source, stores: Bench) -> None:
    operations = stores.stack.power(TableOperations)
    database = source.wiring("client", "reader")["MYSQL_DATABASE"]
    written(source, (16, 1), (17, 2))
    operations.alter("mysql", f"{database}.orders", "ADD COLUMN note VARCHAR(9) DEFAULT 'new'")
    assert "note varchar(9)" in operations.columns("mysql", f"{database}.orders")
    assert {cell.text for cell in source.contents("orders", source.columns("orders")).cells} >= {
        "new"
    }
    follower = source.follow("reader", ["orders"])
    assert operations.remove_unlogged("mysql", f"{database}.orders", 1) == 1
    assert rows(source) == [(17, 2)]
    assert not [change for each in follower.read() for change in each.changes]
    follower.close()


def test_a_server_that_dies_undoes_what_is_open_and_keeps_the_rest(
    source: Source, stores: Bench
) -> None:
    written(source, (16, 1))
    session = source.session()
    session.insert("orders", 17, 2)
    stores.stack.services.kill("mysql")
    stores.clock.pause(1.0)
    with pytest.raises(source.errors) as lost:
        session.commit()
    assert source.outcome_of(lost.value, committing=True) == "info"
    with pytest.raises(source.errors) as refused:
        source.session()
    assert source.name_of(refused.value) in ("mysql:2003", "mysql:2013")
    session.close()
    stores.stack.services.start("mysql")
    wait_until(
        "the table to be there again",
        lambda: rows(source) == [(16, 1)],
        limit_s=30.0,
        retry_on=source.errors,
        clock=stores.clock,
    )


def test_a_cut_link_breaks_what_is_connected(source: Source, stores: Bench) -> None:
    session, links = source.session(), stores.stack.power(Links)
    session.insert("orders", 16, 1)
    links.cut_link("client", "mysql")
    stores.clock.pause(0.5)
    with pytest.raises(source.errors):
        session.update("orders", 16, 2)
    session.close()
    links.mend_link("client", "mysql")
    written(source, (17, 3))
    assert rows(source) == [(17, 3)]


@pytest.fixture
def copy(stores: Bench) -> Iterator[Tables]:
    """A copy of `orders`."""
    tables = stores.stack.tables("mysql", _name())
    tables.create([ORDERS], keyed=True, unique=True, plain=["orders"], fillers={})
    yield tables
    tables.drop()


def applied(copy: Tables, *puts: tuple[int, int], versioned: bool) -> Sequence[tuple[int, int]]:
    with closing(copy.applier(versioned=versioned)) as applier:
        for key, version in puts:
            applier.put("orders", key, version)
        applier.commit()
    return rows(copy)


def test_a_copy_that_compares_versions_keeps_the_newest(copy: Tables) -> None:
    assert applied(copy, (16, 2), (16, 1), versioned=True) == [(16, 2)]
    with closing(copy.applier(versioned=True)) as applier:
        applier.remove("orders", 16, 1)
        applier.commit()
        assert rows(copy) == [(16, 2)]
        applier.remove("orders", 16, 2)
        applier.commit()
    assert rows(copy) == []


def test_a_copy_that_does_not_compare_keeps_the_last(copy: Tables) -> None:
    assert applied(copy, (16, 2), (16, 1), versioned=False) == [(16, 1)]
    with closing(copy.reader()) as reader:
        assert [reader.version("orders", key) for key in (16, 17)] == [1, NOTHING]


def test_a_table_without_a_key_holds_a_row_twice(stores: Bench) -> None:
    tables = stores.stack.tables("mysql", _name())
    tables.create([ORDERS], keyed=False, unique=False, plain=["orders"], fillers={})
    assert applied(tables, (16, 1), (16, 1), versioned=False) == [(16, 1), (16, 1)]
    tables.drop()


def test_a_cache_replaces_nothing_by_what_is_older(stores: Bench) -> None:
    cache = stores.stack.cache("redis", f"{_name()}:")
    with closing(cache.entries(versioned=True)) as entries:
        entries.put("orders", 16, 2)
        entries.put("orders", 16, 1)
        assert entries.version("orders", 16) == 2
        entries.remove("orders", 16, 2)
        entries.put("orders", 16, 2)
        assert entries.version("orders", 16) == NOTHING
        entries.put("orders", 16, 3)
        entries.announce("orders", 16, 5)
        entries.put("orders", 16, 4)
        assert entries.version("orders", 16) == NOTHING
        entries.put("orders", 16, 5)
        entries.put("orders", 17, 6)
        assert list(cache.rows("orders")) == [(16, 5), (17, 6)]
    cache.drop()
    assert list(cache.rows("orders")) == []


def test_an_entry_lives_for_its_time(stores: Bench) -> None:
    cache = stores.stack.cache("redis", f"{_name()}:")
    with closing(cache.entries(versioned=False, ttl_s=0.5)) as entries:
        entries.put("orders", 16, 1)
        assert entries.version("orders", 16) == 1
        stores.clock.pause(0.8)
        assert entries.version("orders", 16) == NOTHING
    cache.drop()


def test_a_cache_that_lost_everything_says_so(stores: Bench) -> None:
    cache = stores.stack.cache("redis", f"{_name()}:")
    with closing(cache.entries(versioned=True, rebuilt=True)) as entries:
        assert entries.is_lost
        entries.begin()
        entries.put("orders", 16, 1)
        assert entries.version("orders", 16) == NOTHING
        entries.end()
        assert entries.version("orders", 16) == 1
        stores.stack.services.kill("redis")
        stores.clock.pause(0.5)
        with pytest.raises(cache.errors):
            entries.version("orders", 16)
        stores.stack.services.start("redis")
        stores.wait_healthy()
        assert wait_until(
            "the cache to answer",
            lambda: entries.is_lost,
            limit_s=10.0,
            retry_on=cache.errors,
            clock=stores.clock,
        )
        entries.end()
        assert entries.is_lost
    cache.drop()
