"""The topics of a path: what its settings tell, what Connect knows, and what is left at the end."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.model.pipeline.paths import Feed, Path
from harness.model.pipeline.traffic import SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.stack import Stack
from harness.model.value import Settings
from harness.workloads.pipeline.assembly import Assembly
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.written import Written, written_by

NAMING = Naming.of("run")
BY_DAY: Settings = {
    "transforms": "day",
    "transforms.day.type": "org.apache.kafka.connect.transforms.TimestampRouter",
}
MERGED: Settings = {
    "transforms": "all",
    "transforms.all.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.all.regex": r"(.*)\.(orders|items)",
    "transforms.all.replacement": "shop",
}
TABLES = ("orders", "items")


class Servers:
    """Kafka with topics, and Connect that knows which ones a feed has written to."""

    def __init__(self, *written: str) -> None:
        self.deleted: list[str] = []
        kafka = SimpleNamespace(
            describe=lambda topics: {topic: [0, 0] for topic in topics},
            topics=SimpleNamespace(names=lambda: ("other.topic", *written)),
            delete_topic=self.deleted.append,
        )
        connect = SimpleNamespace(topics=lambda _: list(written), delete=lambda _: None)
        self.stack = cast("Stack", SimpleNamespace(kafka=kafka, connect=connect))


def gone() -> None:
    raise ConnectionError("there is no database")


def path(settings: Settings) -> Path:
    return Path(name="cdc", feed=Feed(kind="debezium", settings=settings, partitions=3))


def test_a_bare_feed_writes_to_a_topic_for_each_table_and_nobody_is_asked() -> None:
    stack = cast("Stack", SimpleNamespace())
    assert written_by(path({}), NAMING, TABLES, stack) == [
        Written(f"run.cdc.src_run.{table}", f"cdc/{table}", 3, foreseen=True) for table in TABLES
    ]


def test_tables_that_share_a_topic_share_its_name() -> None:
    servers = Servers("shop", "run.cdc", "__debezium-heartbeat.run.cdc", "run.cdc.transaction")
    found = written_by(path(MERGED), NAMING, TABLES, servers.stack)
    assert found == [Written("shop", "cdc/orders+items", 3, foreseen=True)]


def test_what_nobody_foresaw_is_what_connect_says() -> None:
    servers = Servers("run.cdc.src_run.orders-2026")
    *_, last = written_by(path(BY_DAY), NAMING, TABLES, servers.stack)
    assert last == Written("run.cdc.src_run.orders-2026", "cdc/src_run.orders-2026", 2)


@pytest.mark.parametrize("settings", [BY_DAY, MERGED, {"heartbeat.interval.ms": 500}])
def test_every_topic_that_a_feed_has_written_to_is_deleted_and_no_other(settings: Settings) -> None:
    written = ["shop", "__debezium-heartbeat.run.cdc", "run.cdc.src_run.orders", "run.cdc"]
    servers = Servers(*written)
    workload = PipelineWorkload(
        tables=tuple(SourceTable(name=name) for name in TABLES),
        writers=(Writers(tables=TABLES),),
        paths=(path(settings),),
    )
    nothing: Any = SimpleNamespace()
    source = SimpleNamespace(drop=gone)
    assembly = Assembly(
        workload,
        NAMING,
        stack=servers.stack,
        systems=cast("Any", SimpleNamespace(source=source, errors=(OSError,))),
        journal=nothing,
        reads=int,
        fillers=nothing,
    )
    assembly.forget()
    assert sorted(servers.deleted) == sorted(written)
