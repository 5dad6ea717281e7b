"""Scenarios in which bugs planted in Kafka Connect show themselves; without them each is VALID."""

import msgspec

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    after,
)
from harness.engine.catalogue.scenarios import find
from harness.model.value import Settings

MIXED = Writers(
    tables=("orders",),
    count=2,
    keys=16,
    mix={"insert": 3, "update": 6, "delete": 2, "multi-row": 2},
)
ADDED = Writers(tables=("orders",), keys_rise=True, mix={"insert": 1})
REMOVED = msgspec.structs.replace(ADDED, mix={"insert": 3, "delete": 2})
KEYLESS: Settings = {
    "insert.mode": "insert",
    "primary.key.mode": "none",
    "delete.enabled": False,
}


def _calm(name: str, about: str, writers: Writers, sink: Settings) -> Scenario:
    return Scenario(
        name=name,
        about=about,
        claims=(
            "capture",
            "change-order",
            "capture-once",
            "convergence",
            "source-durability",
            "running",
        ),
        topology=Topology(registry=True, connect_workers=2, mysql=True, redis=True),
        workload=PipelineWorkload(
            tables=(SourceTable(name="orders", columns={"customer": "VARCHAR(40)"}, rows=60),),
            writers=(writers,),
            paths=(
                Path(
                    name="connect",
                    feed=Feed(kind="debezium"),
                    copies=(Copy(kind="jdbc", name="warehouse", settings=sink),),
                ),
            ),
        ),
        baseline_acks=400,
    )


CALM = _calm("calm-connect", "Debezium feeds a sink, and nothing breaks", MIXED, {})
GROWING = _calm("calm-growing", "Rows are only added, and nothing breaks", ADDED, {})
SHRINKING = _calm("calm-shrinking", "What is deleted never comes back", REMOVED, {})
WITHOUT_KEY = _calm("calm-keyless", "A sink only inserts, and nothing breaks", ADDED, KEYLESS)
RESTARTED = msgspec.structs.replace(
    CALM,
    name="calm-restarted",
    about="The task of a source is restarted while writers go on",
    steps=(after(acks=100).restart_task("connect/topics"),),
    aftermath_acks=100,
)
SCENARIOS: dict[str, Scenario] = {
    **dict.fromkeys(
        (
            *("miss-event", "repeat-event", "hold-event", "forget-tombstone", "tear-transaction"),
            *("alter-event", "invent-version", "garble-value", "give-up"),
            *("keep-old", "write-invented", "write-stranger"),
            *("write-other-text", "write-too-much"),
        ),
        CALM,
    ),
    "lose-batch": GROWING,
    "keep-deleted-row": SHRINKING,
    "write-row-twice": WITHOUT_KEY,
    "begin-at-end": RESTARTED,
    "lose-letter": find("cn-poison"),
}
"""By the name of a bug."""
