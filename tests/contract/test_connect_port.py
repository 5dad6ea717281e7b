"""What Kafka Connect does, in memory and in containers alike."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import pytest

from harness.backends.docker import lifecycle
from harness.backends.docker.stack import DockerStack
from harness.backends.fake.stack import FakeStack
from harness.kit.clock import REAL
from harness.kit.errors import FaultError, UsageError
from harness.kit.http import HttpError
from harness.kit.waits import NotYet, wait_until
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.traffic import SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.rows import Columns
from harness.model.topology import Topology
from harness.model.workload import Topic
from harness.workloads.pipeline.copies.sinks import jdbc_sink
from harness.workloads.pipeline.feeds.connectors import start_feed
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems
from tests.contract.bench import Bench

STACK = Topology(mysql=True, registry=True, connect_workers=2)
ORDERS = SourceTable(
    name="orders",
    columns={"customer": "VARCHAR(40)", "amount": "DECIMAL(12, 4)", "placed_at": "DATETIME(6)"},
)
WAREHOUSE = Copy(kind="jdbc", name="warehouse")
PATH = Path(name="connect", feed=Feed(kind="debezium"), copies=(WAREHOUSE,))
WORKLOAD = PipelineWorkload(tables=(ORDERS,), writers=(Writers(tables=("orders",)),), paths=(PATH,))
LIMIT_S = 30.0
_NUMBERS = itertools.count(1)


class Pipeline:
    """A table, its changes by Debezium, and a sink of them."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.stack = bench.stack
        self.connect = bench.stack.connect
        self._naming = Naming.of(f"contract_{next(_NUMBERS)}_{REAL.now_ns() % 10**9}")
        self._systems = Systems(WORKLOAD, self._naming, bench.stack)
        self.source = self._systems.source
        self.copy = self._systems.tables(PATH, WAREHOUSE)
        self.feed = self._naming.feed(PATH)
        self.sink = self._naming.connector(PATH, WAREHOUSE)
        self.topic = self._naming.topic(PATH, "orders")

    def start(self) -> None:
        """Start all of it; one row is there before."""
        self.source.create([ORDERS])
        self.write(16, 1)
        self.stack.kafka.create_topic(Topic(name=self.topic, partitions=3))
        named = (self._naming, ["orders"])
        start_feed(PATH, *named, stack=self.stack, systems=self._systems)
        self.copy.create([ORDERS], keyed=True, unique=True, plain=["orders"], fillers={})
        settings = jdbc_sink(PATH, WAREHOUSE, *named, stack=self.stack, systems=self._systems)
        self.connect.create(self.sink, settings)
        self.connect.wait_running(self.sink)

    def close(self) -> None:
        """Delete all of it."""
        self.connect.delete(self.feed)
        self.connect.delete(self.sink)
        for name in self.stack.kafka.topics.names():
            if name.startswith(self._naming.prefix(PATH)):
                self.stack.kafka.delete_topic(name)
        self.copy.drop()
        self.source.drop()

    def write(self, key: int, version: int) -> None:
        """A row of the source."""
        with closing(self.source.session()) as session:
            session.upsert("orders", key, version)
            session.commit()

    def remove(self, key: int) -> None:
        """The end of a row of the source."""
        with closing(self.source.session()) as session:
            session.delete("orders", key)
            session.commit()

    def wait(self, what: str, seen: Callable[[], object], wanted: object) -> None:
        """Wait until something is as wanted."""

        def probe() -> bool | NotYet:
            now = seen()
            return True if now == wanted else NotYet(str(now))

        wait_until(what, probe, limit_s=LIMIT_S, interval_s=0.1, clock=self._bench.clock)

    def wait_equal(self) -> None:
        """Wait until the copy holds the rows of the source."""
        self.wait("the copy to hold all rows", partial(_rows, self.copy), _rows(self.source))

    def states(self, connector: str) -> list[str]:
        """Of a connector and its tasks."""
        status = self.connect.status(connector)
        return [each["state"] for each in (status["connector"], *status["tasks"])]


def _rows(of: object) -> list[tuple[int, int]]:
    return sorted((int(key), int(version)) for key, version in of.rows("orders"))  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def docker_connect() -> Iterator[DockerStack]:
    stack = lifecycle.boot(STACK, kept=False)
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture(params=["fake", pytest.param("docker", marks=pytest.mark.docker)])
def pipeline(request: pytest.FixtureRequest) -> Iterator[Pipeline]:
    if request.param == "docker":
        bench = Bench(request.getfixturevalue("docker_connect"), REAL)
    else:
        stack = FakeStack(STACK, seed=1)
        bench = Bench(stack, stack.clock)
    with closing(Pipeline(bench)) as made:
        made.start()
        yield made


def test_rows_come_through_with_all_their_columns(pipeline: Pipeline) -> None:
    pipeline.write(17, 2)
    pipeline.write(18, 3)
    pipeline.write(17, 4)
    pipeline.remove(18)
    pipeline.wait_equal()
    columns: Columns = pipeline.source.columns("orders")
    assert {"customer", "amount", "placed_at"} <= set(columns)
    there = pipeline.source.contents("orders", columns).cells
    copied = pipeline.copy.contents("orders", columns).cells
    assert {(cell.key, cell.column): cell for cell in copied} == {
        (cell.key, cell.column): cell for cell in there
    }


def test_a_connector_tells_how_it_is_and_where(pipeline: Pipeline) -> None:
    status = pipeline.connect.status(pipeline.feed)
    assert (status["name"], status["type"]) == (pipeline.feed, "source")
    assert [each["id"] for each in status["tasks"]] == [0]
    worker = pipeline.connect.worker_of(pipeline.feed)
    assert worker in STACK.worker_names
    assert status["tasks"][0]["worker_id"] == f"{worker}:8083"
    pipeline.wait_equal()
    assert pipeline.topic in pipeline.connect.topics(pipeline.feed)
    assert list(pipeline.connect.topics(pipeline.sink)) == [pipeline.topic]


def test_a_paused_connector_idles_until_it_is_resumed(pipeline: Pipeline) -> None:
    pipeline.connect.pause(pipeline.feed)
    states = partial(pipeline.states, pipeline.feed)
    pipeline.wait("the feed to pause", states, ["PAUSED", "PAUSED"])
    with pytest.raises(FaultError, match="runs task 0"):
        pipeline.connect.worker_of(pipeline.feed)
    pipeline.write(17, 2)
    pipeline.connect.resume(pipeline.feed)
    pipeline.wait("the feed to run", states, ["RUNNING", "RUNNING"])
    pipeline.wait_equal()


def test_a_restart_is_told_in_the_topic_of_states(pipeline: Pipeline) -> None:
    topic = pipeline.connect.status_topic
    _, before = pipeline.stack.kafka.watermarks(topic, 0)
    pipeline.connect.restart_task(pipeline.feed)
    pipeline.wait(
        "the restart to be told",
        lambda: pipeline.stack.kafka.watermarks(topic, 0)[1] > before,
        wanted=True,
    )
    pipeline.connect.wait_running(pipeline.feed)
    pipeline.write(17, 2)
    pipeline.wait_equal()


def test_a_stopped_sink_says_how_far_it_came(pipeline: Pipeline) -> None:
    pipeline.write(17, 2)
    pipeline.wait_equal()
    with pytest.raises(HttpError):
        pipeline.connect.reset_offsets(pipeline.sink)
    pipeline.connect.stop(pipeline.sink)
    pipeline.wait("the sink to stop", partial(pipeline.states, pipeline.sink), ["STOPPED"])
    stood = {
        each["partition"]["kafka_topic"]: each["offset"]["kafka_offset"]
        for each in pipeline.connect.offsets(pipeline.sink)
    }
    assert list(stood) == [pipeline.topic]
    pipeline.connect.resume(pipeline.sink)
    pipeline.connect.wait_running(pipeline.sink)
    pipeline.write(17, 3)
    pipeline.wait_equal()


def test_the_feed_says_where_in_the_log_it_is(pipeline: Pipeline) -> None:
    pipeline.wait_equal()
    (told,) = pipeline.connect.offsets(pipeline.feed)
    assert {"file", "pos"} <= told["offset"].keys()
    assert list(told["partition"]) == ["server"]


def test_what_is_not_there_is_said(pipeline: Pipeline) -> None:
    with pytest.raises(HttpError) as missing:
        pipeline.connect.status("nobody")
    assert missing.value.status == 404
    pipeline.connect.delete("nobody")
    with pytest.raises(FaultError):
        pipeline.connect.worker_of("nobody")
    with pytest.raises(UsageError):
        pipeline.connect.create("nobody", {"connector.class": "com.example.Nothing"})
