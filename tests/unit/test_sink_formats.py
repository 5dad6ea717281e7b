"""What the harness's own sink is told of what feeds it, and what it refuses before any boot."""

import msgspec
import pytest

from harness.engine.compile import compile_plan
from harness.kit.errors import UsageError
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.traffic import SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.topics.sink_formats import laid_over, like_the_feed

NAMING = Naming.of("run")
JSON = "org.apache.kafka.connect.json.JsonConverter"
UNWRAP: Settings = {
    "transforms": "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
}
SINK = Copy(kind="jdbc", name="warehouse")
OWN = msgspec.structs.replace(SINK, connector={"connector.class": "mine"})


DEBEZIUM = Feed(kind="debezium")


def path(settings: Settings, copy: Copy = SINK, feed: Feed = DEBEZIUM) -> Path:
    return Path(name="cdc", feed=msgspec.structs.replace(feed, settings=settings), copies=(copy,))


def compiled(
    settings: Settings,
    copy: Copy = SINK,
    tables: tuple[str, ...] = ("orders",),
    workers: Settings | None = None,
    feed: Feed = DEBEZIUM,
) -> None:
    workload = PipelineWorkload(
        tables=tuple(SourceTable(name=name) for name in tables),
        writers=(Writers(tables=tables),),
        paths=(path(settings, copy, feed),),
    )
    stack = Topology(
        registry=True, connect_workers=1, mysql=True, redis=True, connect_settings=workers or {}
    )
    compile_plan(Scenario(name="flow", about="a test", topology=stack, workload=workload), 1)


def test_a_sink_of_a_bare_feed_is_told_nothing() -> None:
    told = like_the_feed(path({}), NAMING, ["orders"])
    assert told == {}


def test_a_sink_reads_what_the_feed_writes() -> None:
    settings: Settings = {
        "value.converter": JSON,
        "key.converter": "org.apache.kafka.connect.converters.LongConverter",
        "value.converter.apicurio.registry.auto-register": True,
    }
    assert like_the_feed(path(settings), NAMING, ["orders"]) == {
        "value.converter": JSON,
        "key.converter": "org.apache.kafka.connect.converters.LongConverter",
        "transforms": "key",
        "transforms.key.type": "org.apache.kafka.connect.transforms.HoistField$Key",
        "transforms.key.field": "id",
    }


def test_a_row_is_of_the_table_that_its_topic_is_of() -> None:
    told = like_the_feed(path(UNWRAP), NAMING, ["orders", "items"])
    assert told["collection.name.format"] == "${topic}"
    assert told["transforms"] == "table0,table1"
    assert told["transforms.table1.regex"] == r"run\.cdc\.src_run\.items"
    assert told["transforms.table1.replacement"] == "items"
    own: Settings = {"transforms": "mine", "transforms.mine.type": "x"}
    assert laid_over(own, path(UNWRAP), NAMING, ["orders"])["transforms"] == "table0,mine"
    assert laid_over(own, path({}), NAMING, ["orders"]) == own


OUTBOX = "io.debezium.transforms.outbox.EventRouter"
ROUTE: Settings = {
    "transforms": "unwrap,route",
    "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.route.regex": ".*",
    "transforms.route.replacement": "all",
}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"value.converter": "com.acme.Proto"}, "value.converter=com.acme.Proto"),
        ({"value.converter": JSON, "value.converter.schemas.enable": False}, "needs schemas"),
        ({**UNWRAP, "transforms.unwrap.delete.tombstone.handling.mode": "rewrite"}, "__deleted"),
        ({**UNWRAP, **ROUTE}, "several tables share a topic"),
        (
            {"transforms": "out", "transforms.out.type": OUTBOX},
            "which topics transform 'out'",
        ),
    ],
)  # fmt: skip
def test_what_the_sink_cannot_follow_is_refused_before_anything_boots(
    settings: Settings, words: str
) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        compiled(settings, tables=("orders", "items"))
    assert "cdc" in str(refused.value)


def test_converters_of_workers_are_for_the_connectors_to_set() -> None:
    workers: Settings = {"value.converter": JSON}
    with pytest.raises(UsageError, match="which the harness's readers ignore"):
        compiled({}, workers=workers)


@pytest.mark.parametrize(
    "copy", [OWN, Copy(kind="redis", name="cache"), Copy(kind="table", name="mirror")]
)
def test_what_others_can_follow_is_not(copy: Copy) -> None:
    rewrite: Settings = {**UNWRAP, "transforms.unwrap.delete.tombstone.handling.mode": "rewrite"}
    compiled(rewrite, copy, tables=("orders", "items"))
    compiled({"value.converter": JSON, "value.converter.schemas.enable": False}, copy)


def test_a_sink_of_debezium_does_not_follow_a_binlog_feed() -> None:
    feed = Feed(kind="binlog")
    for copy in (SINK, msgspec.structs.replace(SINK, connector={"topics": "${TOPICS}"})):
        with pytest.raises(UsageError, match="skips the events of a binlog feed"):
            compiled({}, copy, feed=feed)
    compiled({}, OWN, feed=feed)
    compiled({}, Copy(kind="table", name="mirror"), feed=feed)
