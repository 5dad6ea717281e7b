"""The exam's pipelines whose events are shaped, routed or encoded otherwise than ours."""

from pathlib import Path
from typing import Literal

import msgspec

import harness.api as chaos
from harness.api import (
    Copy,
    Feed,
    Legal,
    PipelineWorkload,
    Program,
    Scenario,
    SourceTable,
    Topology,
    Writers,
)
from harness.model.value import Settings

STACK = Topology(registry=True, connect_workers=1, mysql=True, redis=True)
COLUMNS = {"customer": "VARCHAR(40)", "amount": "DECIMAL(12, 4)", "placed_at": "DATETIME(6)"}
ORDERS, ITEMS = (SourceTable(name=name, columns=COLUMNS, rows=20) for name in ("orders", "items"))
REGIONS = {**COLUMNS, "region": "ENUM('north', 'south')"}
BOTH = (ORDERS, ITEMS)
OUTBOX = SourceTable(
    name="outbox",
    columns={
        "aggregatetype": "ENUM('order')",
        "aggregateid": "VARCHAR(40)",
        "type": "VARCHAR(40)",
        "payload": "JSON",
    },
    rows=20,
)
MIX = {"insert": 3, "update": 3, "delete": 2}
OWN = Path(__file__).parent / "own"
SINK, CACHE = Copy(kind="jdbc", name="warehouse"), Copy(kind="redis", name="cache")
TABLE = Copy(kind="table", name="mirror")
JSON: Settings = {
    f"{part}.converter": "org.apache.kafka.connect.json.JsonConverter" for part in ("key", "value")
}
PLAIN_JSON: Settings = {
    **JSON,
    **{f"{part}.converter.schemas.enable": False for part in ("key", "value")},
}
UNWRAP: Settings = {
    "transforms": "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
}
KAFKA = "org.apache.kafka.connect"
ROUTE: Settings = {
    "transforms": "route",
    "transforms.route.type": f"{KAFKA}.transforms.RegexRouter",
    "transforms.route.regex": r"(.*)\.(orders|items)",
    "transforms.route.replacement": "$1.all",
}
BARE_KEY: Settings = {
    "transforms": "bare",
    "transforms.bare.type": f"{KAFKA}.transforms.ExtractField$Key",
    "transforms.bare.field": "id",
}
HANDLING = "transforms.unwrap.delete.tombstone.handling.mode"


def legal(
    name: str,
    about: str,
    *settings: Settings,
    copies: tuple[Copy, ...] = (SINK, CACHE),
    partitions: int = 2,
    tables: tuple[SourceTable, ...] = (ORDERS,),
    mix: dict[str, int] = MIX,
    nightly: bool = True,
) -> Legal:
    """A pipeline by Debezium, of which only the settings of the source are unlike ours."""
    merged: Settings = {}
    for each in settings:
        merged |= each
    return Legal(
        scenario=Scenario(
            name=f"exam-{name}",
            about=about,
            topology=STACK,
            workload=PipelineWorkload(
                tables=tables,
                writers=(Writers(tables=tuple(each.name for each in tables), count=2, mix=mix),),
                paths=(
                    chaos.Path(
                        name="connect",
                        feed=Feed(kind="debezium", settings=merged, partitions=partitions),
                        copies=copies,
                    ),
                ),
            ),
            baseline_acks=150,
        ),
        nightly=nightly,
    )


def with_connector(
    name: str, about: str, settings: Settings, *, kind: Literal["debezium", "jdbc"] = "debezium"
) -> Legal:
    """A pipeline whose source is configured by somebody else, or is another one."""
    found = legal(name, about, mix={"insert": 3, "update": 3})
    workload = found.scenario.pipeline
    if kind == "debezium":
        feed = Feed(kind=kind, connector=settings, partitions=2)
    else:
        feed = Feed(kind=kind, settings=settings, partitions=2)
    path = msgspec.structs.replace(workload.paths[0], feed=feed)
    scenario = msgspec.structs.replace(
        found.scenario, workload=msgspec.structs.replace(workload, paths=(path,))
    )
    return msgspec.structs.replace(found, scenario=scenario)


def outbox(name: str, about: str, *settings: Settings) -> Legal:
    """A table of events that are inserted and deleted, which the event router sends on."""
    return legal(
        name,
        about,
        {
            **PLAIN_JSON,
            "transforms": "outbox",
            "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
            "transforms.outbox.route.topic.replacement": "${TOPIC_PREFIX}.${routedByValue}",
        },
        *settings,
        copies=(),
        tables=(OUTBOX,),
        mix={"insert": 3, "delete": 2},
    )


FORMATS: tuple[Legal, ...] = (
    legal(
        "unwrap-json",
        "Debezium unwraps its events to rows in JSON with schemas",
        JSON,
        UNWRAP,
        nightly=False,
    ),
    legal("unwrap-avro", "Debezium unwraps its events to rows in Avro", UNWRAP),
    legal(
        "unwrap-rewrite",
        "Removals are rewritten to rows with a mark, in JSON without schemas",
        PLAIN_JSON,
        UNWRAP,
        {HANDLING: "rewrite"},
        copies=(TABLE, CACHE),
    ),
    legal(
        "unwrap-rewrite-tombstones",
        "Removals are rewritten to rows with a mark, each with its tombstone",
        JSON,
        UNWRAP,
        {HANDLING: "rewrite-with-tombstone"},
        copies=(TABLE, CACHE),
    ),
    legal("json", "Events are JSON with schemas", JSON),
    legal("json-plain", "Events are JSON without schemas", PLAIN_JSON, copies=(TABLE, CACHE)),
    legal(
        "headers",
        "The ids of Avro's schemas are in headers",
        {f"{part}.converter.apicurio.registry.headers.enabled": True for part in ("key", "value")},
    ),
    legal(
        "one-topic",
        "A router sends the changes of two tables to one topic",
        ROUTE,
        tables=BOTH,
        nightly=False,
    ),
    legal(
        "logical-table",
        "A router of Debezium's sends two tables to one topic, with the table in the key",
        {
            "transforms": "route",
            "transforms.route.type": "io.debezium.transforms.ByLogicalTableRouter",
            "transforms.route.topic.regex": r"(.*)\.(orders|items)",
            "transforms.route.topic.replacement": "$1.all",
        },
        tables=BOTH,
    ),
    legal(
        "no-tombstones",
        "No tombstone follows a removal",
        {"tombstones.on.delete": False},
    ),
    legal(
        "long-key",
        "Keys are bare numbers of eight bytes",
        BARE_KEY,
        {"key.converter": f"{KAFKA}.converters.LongConverter"},
    ),
    legal(
        "text-key",
        "Keys are texts",
        {
            **BARE_KEY,
            "transforms": "bare,text",
            "transforms.text.type": f"{KAFKA}.transforms.Cast$Key",
            "transforms.text.spec": "string",
            "key.converter": f"{KAFKA}.storage.StringConverter",
        },
        copies=(TABLE, CACHE),
    ),
    legal(
        "own-topics",
        "The connector writes heartbeats, transactions and schema changes to separate topics",
        {
            "heartbeat.interval.ms": 500,
            "provide.transaction.metadata": True,
            "include.schema.changes": True,
        },
        nightly=False,
    ),
    legal(
        "all-in-one",
        "A router sends whatever the connector writes to one topic, heartbeats among it",
        JSON,
        {
            **ROUTE,
            "transforms.route.regex": ".*",
            "transforms.route.replacement": "${TOPIC_PREFIX}.everything",
            "heartbeat.interval.ms": 500,
            "provide.transaction.metadata": True,
        },
        tables=BOTH,
        copies=(TABLE, CACHE),
    ),
    legal(
        "names",
        "Topics have another prefix, and other signs between the parts of their names",
        {"topic.prefix": "${TOPIC_PREFIX}-shop", "topic.delimiter": "_"},
    ),
    legal(
        "key-columns",
        "Events have another column as their key, in one partition",
        {"message.key.columns": "${SOURCE_DATABASE}.orders:customer"},
        copies=(TABLE, CACHE),
        partitions=1,
    ),
    legal(
        "types",
        "Moments in milliseconds, decimals as texts",
        {"time.precision.mode": "connect", "decimal.handling.mode": "string"},
    ),
    legal(
        "columns",
        "A column is masked and another one left out",
        {
            "column.exclude.list": "${SOURCE_DATABASE}.orders.amount",
            "column.mask.with.10.chars": "${SOURCE_DATABASE}.orders.customer",
        },
    ),
    legal(
        "told",
        "Unwrapped rows of two tables in one topic, each with its table and what happened to it",
        PLAIN_JSON,
        {
            **UNWRAP,
            **ROUTE,
            "transforms": "unwrap,route",
            "transforms.unwrap.add.fields": "op,table,source.ts_ms",
            "transforms.unwrap.add.headers": "table",
        },
        tables=BOTH,
        copies=(TABLE, CACHE),
    ),
    legal(
        "one-unwrapped",
        "A predicate unwraps the events of one table, and leaves those of the other as they are",
        {
            **UNWRAP,
            "transforms.unwrap.predicate": "items",
            "predicates": "items",
            "predicates.items.type": f"{KAFKA}.transforms.predicates.TopicNameMatches",
            "predicates.items.pattern": r".*\.items",
        },
        tables=BOTH,
        copies=(TABLE, CACHE),
    ),
    legal(
        "filtered",
        "A filter leaves tombstones out",
        {
            "transforms": "drop",
            "transforms.drop.type": f"{KAFKA}.transforms.Filter",
            "transforms.drop.predicate": "gone",
            "predicates": "gone",
            "predicates.gone.type": f"{KAFKA}.transforms.predicates.RecordIsTombstone",
        },
    ),
    legal(
        "from-the-row",
        "The key is taken from the unwrapped row, into which a field is put",
        JSON,
        {
            **UNWRAP,
            HANDLING: "rewrite",
            "transforms": "unwrap,key,cover,mark",
            "transforms.key.type": f"{KAFKA}.transforms.ValueToKey",
            "transforms.key.fields": "id",
            "transforms.cover.type": f"{KAFKA}.transforms.HoistField$Key",
            "transforms.cover.field": "of",
            "transforms.mark.type": f"{KAFKA}.transforms.InsertField$Value",
            "transforms.mark.static.field": "origin",
            "transforms.mark.static.value": "shop",
        },
        copies=(TABLE, CACHE),
    ),
    outbox("outbox", "Rows of an outbox become events in separate topics, and are deleted at once"),
    outbox(
        "outbox-expanded",
        "Payloads of an outbox are expanded, and the version is in a header",
        {
            "transforms.outbox.table.expand.json.payload": True,
            "transforms.outbox.table.fields.additional.placement": "version:header:version",
        },
    ),
    legal(
        "snapshot-again",
        "A signal asks for an incremental snapshot while changes are followed",
        {
            "signal.data.collection": "${SOURCE_DATABASE}.signals",
            "incremental.snapshot.chunk.size": 10,
        },
        copies=(
            Copy(
                kind="program",
                name="table",
                program=Program(function=f"{OWN / 'snapshot_signal.py'}:run"),
            ),
        ),
    ),
    legal(
        "by-field",
        "Unwrapping sends each row to the topic that a column of it names",
        UNWRAP,
        {"transforms.unwrap.route.by.field": "region"},
        copies=(),
        tables=(msgspec.structs.replace(ORDERS, columns=REGIONS),),
    ),
    legal(
        "removals-dropped",
        "Unwrapping drops removals, so that copies keep what was removed",
        UNWRAP,
        {HANDLING: "drop"},
    ),
    with_connector(
        "tutorial",
        "The configuration of Debezium's tutorial, written in JSON by the workers' own converters",
        {
            "connector.class": "io.debezium.connector.mysql.MySqlConnector",
            "tasks.max": 1,
            "database.hostname": "${MYSQL_HOST}",
            "database.port": "${MYSQL_PORT}",
            "database.user": "${MYSQL_USER}",
            "database.password": "${MYSQL_PASSWORD}",
            "database.server.id": "${SERVER_ID}",
            "topic.prefix": "${TOPIC_PREFIX}",
            "database.include.list": "${SOURCE_DATABASE}",
            "schema.history.internal.kafka.bootstrap.servers": "${KAFKA_BOOTSTRAP_SERVERS}",
            "schema.history.internal.kafka.topic": "${TOPIC_PREFIX}.history",
            "topic.creation.default.replication.factor": 3,
            "topic.creation.default.partitions": 2,
        },
    ),
    with_connector(
        "polled-json",
        "A source that polls writes its rows in JSON",
        JSON,
        kind="jdbc",
    ),
)
