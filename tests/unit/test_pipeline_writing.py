"""Writers of a pipeline without containers: what they send, and when it is committed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from harness.api import PipelineWorkload, Scenario, SourceTable, Topology, Writers, after, task
from harness.engine.compile import compile_plan
from harness.history.journal import Journal
from harness.kit.errors import UsageError
from harness.model.ports.databases import SqlConnection
from harness.model.ports.stack import Stack
from harness.systems.mysql.source import MySqlSource
from harness.workloads.pipeline.choices import first_key
from harness.workloads.pipeline.late import Arrivals
from harness.workloads.pipeline.recording import Recorder
from harness.workloads.pipeline.writing import WriterWorker
from tests.unit.test_kit import ManualClock

LATE = Writers(tables=("orders",), keys_rise=True, mix={"late-insert": 1}, rate_per_s=10.0)
TABLES = (SourceTable(name="orders"), SourceTable(name="items"))


class Database(MySqlSource):
    """Remembers what each connection was told; a cursor is its connection."""

    def __init__(self) -> None:
        super().__init__(cast("Stack", SimpleNamespace(mysql=self)), "src")
        self.told: list[tuple[int, str]] = []
        self.connections = 0

    def connection(self, **_: object) -> SqlConnection:
        self.connections += 1
        return cast("SqlConnection", Connection(self, self.connections))

    def commits(self) -> list[int]:
        return [number for number, what in self.told if what == "COMMIT"]


class Connection:
    """One connection, with the number of it."""

    rowcount = 1

    def __init__(self, database: Database, number: int) -> None:
        self.database = database
        self.number = number

    def cursor(self) -> "Connection":
        return self

    def execute(self, sql: str, *_: object) -> int:
        self.database.told.append((self.number, sql))
        return 1

    def fetchall(self) -> list[Any]:
        return []

    def commit(self) -> None:
        self.database.told.append((self.number, "COMMIT"))

    def close(self) -> None:
        self.database.told.append((self.number, "CLOSE"))


class Topics:
    """What has come out of the feeds."""

    def __init__(self) -> None:
        self.key = -1

    def highest(self, table: str) -> int:
        assert table == "orders"
        return self.key

    def close(self) -> None: ...


class Writing:
    """A writer over a database that is not there, a step of it every tenth of a second."""

    def __init__(self, spec: Writers, journal: Journal) -> None:
        self.database, self.topics, self.clock = Database(), Topics(), ManualClock()
        self.worker = WriterWorker(
            spec,
            0,
            self.database,
            recorder=Recorder(journal, self.clock, "writer-0", "writer", "writer"),
            seed=1,
            arrivals=lambda: cast("Arrivals", self.topics),
        )

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.worker.step()
            self.clock.pause(0.1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path, origin_ns=0)) as journal:
        yield journal


@pytest.fixture
def late(journal: Journal) -> Writing:
    return Writing(LATE, journal)


def test_a_late_transaction_waits_until_a_later_row_has_come_out(late: Writing) -> None:
    late.steps(3)
    # The first connection commits what comes after, the second one has the early key and waits.
    assert late.database.commits() == [1, 1, 1]
    assert late.worker.is_open
    late.topics.key = first_key(0)  # its own key is no later one
    late.steps(1)
    assert late.worker.is_open
    late.topics.key = first_key(0) + 1
    late.steps(1)
    assert 2 in late.database.commits()


def test_a_late_transaction_does_not_wait_for_ever(late: Writing) -> None:
    late.steps(2)
    assert 2 not in late.database.commits()
    late.steps(int(LATE.open_s * 10))
    assert 2 in late.database.commits()


def test_a_quiet_writer_still_ends_what_is_open(late: Writing) -> None:
    late.steps(2)
    late.worker.quiet()
    sent = late.worker.sent
    late.topics.key = first_key(0) + 1
    late.steps(1)
    assert not late.worker.is_open
    assert late.worker.sent == late.worker.acked == sent


def test_rising_keys_go_up_by_one(late: Writing) -> None:
    keys = [late.worker.choices.insert()[0].key for _ in range(3)]
    assert keys == [first_key(0) + n for n in range(3)]
    assert keys[0] > 0  # MySQL takes 0 for the next number of an AUTO_INCREMENT


def test_a_truncation_ends_every_row_and_commits_by_itself(journal: Journal) -> None:
    spec = msgspec.structs.replace(LATE, mix={"insert": 1})
    writing = Writing(spec, journal)
    writing.steps(4)
    rows = writing.worker.choices.truncate()
    assert {each.key for each in rows} == {first_key(0) + n for n in range(4)}
    (last,) = (each for each in rows if each.commits)
    with closing(writing.database.session()) as session:
        last.execute(session)
    assert writing.database.told[-2:] == [(2, "TRUNCATE TABLE `orders`"), (2, "CLOSE")]


@pytest.mark.parametrize(
    ("writers", "complaint"),
    [
        ((Writers(tables=("orders",), mix={"drop": 1}),), "unknown transaction 'drop'"),
        ((Writers(tables=("orders",), mix={"late-insert": 1}),), "keys_rise"),
        (
            (Writers(tables=("orders",), count=2, mix={"truncate": 1}),),
            "its tables without other writers",
        ),
        (
            (
                Writers(tables=("orders", "items"), mix={"truncate": 1}),
                Writers(name="other", tables=("items",)),
            ),
            "items without other writers",
        ),
    ],
)
def test_writers_that_would_meet_are_refused(writers: tuple[Writers, ...], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        compile_plan(scenario(writers), 1)


def test_a_task_that_fills_no_place_is_refused() -> None:
    steps = (after(acks=1).kill(task("main/topics")),)
    with pytest.raises(UsageError, match="main/topics"):
        compile_plan(msgspec.structs.replace(scenario(), steps=steps), 1)


def scenario(writers: tuple[Writers, ...] = (Writers(tables=("orders",)),)) -> Scenario:
    workload = PipelineWorkload(tables=TABLES, writers=writers, paths=())
    topology = Topology(mysql=True)
    return Scenario(name="made", about="a test", topology=topology, workload=workload)
