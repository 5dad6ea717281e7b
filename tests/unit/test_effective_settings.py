"""Tables of settings that promises are derived from, against the templates that really apply."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
import pytest

from harness.backends.fake.stack import FakeStack
from harness.checkers.evidence.pipeline import settings as pipeline
from harness.model.defaults.brokers import broker_settings, replication, safety, topic_settings
from harness.model.defaults.caches import IMAGE, redis_settings
from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.paths import Path as Way
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.topology import Topology
from harness.model.value import Settings, Value, as_text
from harness.model.workload import Topic
from harness.systems.pins import compose_dir
from harness.systems.stores import Stores
from harness.workloads.pipeline.copies.app_cache import AppCacheSettings
from harness.workloads.pipeline.copies.cache_copy import CacheSettings
from harness.workloads.pipeline.copies.sinks import jdbc_sink
from harness.workloads.pipeline.copies.table_copy import CONSUMER, TableSettings
from harness.workloads.pipeline.feeds.connectors import FEEDS
from harness.workloads.pipeline.feeds.log_feed import LogFeedSettings
from harness.workloads.pipeline.feeds.polling_feed import PollingSettings
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems
from tests.unit.test_stack_specs import blueprint, settings

TOPOLOGIES = {
    "zookeeper": Topology(),
    "kraft": Topology(metadata="kraft"),
    "one-broker": Topology(brokers=1),
    "own": Topology(
        broker_settings={
            "min.insync.replicas": 1,
            "offsets.topic.replication.factor": 1,
            "group.consumer.session.timeout.ms": 9000,
        }
    ),
}


def texts(values: Settings) -> dict[str, str]:
    return {name: as_text(value) for name, value in values.items()}


@pytest.mark.parametrize("name", sorted(TOPOLOGIES))
def test_promises_go_by_what_the_brokers_are_started_with(name: str) -> None:
    topology = TOPOLOGIES[name]
    services = blueprint(topology).services
    for node in (*topology.broker_names, *topology.controller_names):
        given = settings(services[node])
        believed = texts(broker_settings(topology))
        assert {each: given[each] for each in safety(topology)} == {
            each: believed[each] for each in safety(topology)
        }
        # What is taken to be Kafka's own is set by nobody.
        assert not set(given) & (
            set(believed) - set(safety(topology)) - set(topology.broker_settings)
        )


def test_a_small_cluster_keeps_as_many_copies_as_it_can() -> None:
    assert [replication(Topology(brokers=each)) for each in (1, 2, 3, 5)] == [
        *((1, 1), (2, 2), (3, 2), (3, 2))
    ]


@pytest.mark.parametrize(
    ("brokers", "own", "name", "value"),
    [
        ({}, {}, "retention.ms", 604_800_000),
        ({"log.retention.hours": 1}, {}, "retention.ms", 3_600_000),
        ({"log.retention.minutes": 2, "log.retention.hours": 1}, {}, "retention.ms", 120_000),
        ({"log.retention.ms": 5, "log.retention.minutes": 2}, {}, "retention.ms", 5),
        ({"log.retention.ms": 5}, {"retention.ms": 7}, "retention.ms", 7),
        ({"log.cleaner.delete.retention.ms": 9}, {}, "delete.retention.ms", 9),
        ({"log.flush.interval.messages": 1}, {}, "flush.messages", 1),
        ({"min.insync.replicas": 1}, {}, "min.insync.replicas", 1),
        ({"min.insync.replicas": 1}, {"min.insync.replicas": 2}, "min.insync.replicas", 2),
        ({}, {}, "min.insync.replicas", 2),
    ],
    ids=str,
)
def test_a_topic_has_its_own_settings_over_its_brokers(
    brokers: Settings, own: Settings, name: str, value: int
) -> None:
    assert topic_settings(Topology(broker_settings=brokers), own)[name] == value


def test_the_fake_cluster_goes_by_the_same_settings() -> None:
    topology = Topology(
        broker_settings={"log.retention.ms": 60_000, "offsets.topic.replication.factor": 1}
    )
    cluster = FakeStack(topology, seed=1).kafka._cluster
    cluster.create(Topic(name="orders"))
    assert cluster.effective("orders") == topic_settings(topology, {})
    assert len(cluster.partitions["__consumer_offsets", 0].replicas) == 1


def test_redis_is_what_its_image_says() -> None:
    lines = (compose_dir() / "images/redis/config/chaos.conf").read_text().splitlines()
    said = dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    default = {"appendfsync": "everysec", "maxmemory": "0"}  # Redis's own
    assert texts(IMAGE) == {name: said.get(name, default.get(name)) for name in IMAGE}


def test_redis_settings_of_a_topology_are_laid_over_its_image() -> None:
    own: Settings = {"appendonly": "yes", "maxmemory": "10mb"}
    topology = Topology(redis=True, redis_settings=own)
    given = settings(blueprint(topology).services["redis"], "REDIS_SETTINGS", " ")
    effective = texts(redis_settings(topology))
    assert {name: given[name] for name in own} == {name: effective[name] for name in own}


def way(feed: Feed, *copies: Copy) -> Way:
    return Way(name="connect", feed=feed, copies=copies)


def template(kind: str) -> Settings:
    """What the harness tells a connector of that kind."""
    stack = cast("Any", Connected())
    naming = Naming("run")
    systems = Systems(PipelineWorkload(tables=(), writers=()), naming, stack)
    if kind == "sink":
        copy = Copy(kind="jdbc", name="warehouse")
        path = way(Feed(kind="debezium"), copy)
        made = jdbc_sink(path, copy, naming, ["orders"], stack=stack, systems=systems)
    else:
        made = FEEDS[kind](
            way(Feed(kind=cast("Any", kind))), naming, ["orders"], stack, systems.source
        )
    return pipeline._plain(made)


class Connected(Stores):
    """Stands for a stack, as far as templates ask it for addresses."""

    topology = Topology(connect_workers=1, mysql=True, registry=True)

    def address(self, service: str, traffic: str = "client") -> tuple[str, int]:
        """Anywhere."""
        return service, len(traffic)

    def password(self, traffic: str) -> str:
        """Any."""
        return f"of {traffic}"


@pytest.mark.parametrize(
    ("kind", "believed", "alone"),
    [
        *(
            (kind, pipeline.FEED_TEMPLATES[kind], pipeline.FEEDS_BY_THEMSELVES[kind])
            for kind in FEEDS
        ),
        ("sink", pipeline.COPY_TEMPLATES["jdbc"], pipeline.COPIES_BY_THEMSELVES["jdbc"]),
    ],
    ids=[*FEEDS, "sink"],
)
def test_the_table_of_a_connector_is_its_template(
    kind: str, believed: Settings, alone: Settings
) -> None:
    said = template(kind)
    deciding = {*believed, *alone}
    assert {name: said[name] for name in deciding if name in said} == believed


@pytest.mark.parametrize(
    ("believed", "kinds", "client"),
    [
        (pipeline.FEED_TEMPLATES["binlog"], (LogFeedSettings,), {}),
        (pipeline.FEED_TEMPLATES["polling"], (PollingSettings,), {}),
        (pipeline.COPY_TEMPLATES["table"], (TableSettings,), CONSUMER),
        (pipeline.COPY_TEMPLATES["redis"], (CacheSettings,), CONSUMER),
        (pipeline.CACHE_DEFAULTS, (AppCacheSettings,), {}),
    ],
    ids=["binlog", "polling", "table", "redis", "cache"],
)
def test_the_table_of_a_python_worker_is_its_defaults(
    believed: Settings, kinds: Sequence[type[Value]], client: Settings
) -> None:
    fields = [field for kind in kinds for field in msgspec.structs.fields(kind)]
    defaults = {field.encode_name: field.default for field in fields} | client
    # librdkafka's own; without `enable.auto.commit` nothing comes of it.
    defaults["enable.auto.offset.store"] = True
    assert believed == {name: defaults[name] for name in believed}
