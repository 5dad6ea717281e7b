"""What the fake stack lacks is said before a run, by name."""

import msgspec
import pytest

from harness.api import PipelineWorkload, Scenario, SourceTable, Topology, Writers, after
from harness.backends.fake.limits import lacks

BASE = Scenario(
    name="limits",
    about="A table and its writers",
    topology=Topology(mysql=True, redis=True),
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),), writers=(Writers(tables=("orders",)),)
    ),
)


def on(**settings: dict[str, str]) -> Scenario:
    return msgspec.structs.replace(
        BASE, topology=msgspec.structs.replace(BASE.topology, **settings)
    )


def with_table(table: SourceTable) -> Scenario:
    workload = msgspec.structs.replace(BASE.pipeline, tables=(table,))
    return msgspec.structs.replace(BASE, workload=workload)


def altered(clause: str) -> Scenario:
    return msgspec.structs.replace(BASE, steps=(after(acks=1).alter("orders", clause),))


def test_what_is_played_lacks_nothing() -> None:
    assert lacks(BASE) is None
    assert lacks(altered("ADD COLUMN note VARCHAR(40) DEFAULT 'new'")) is None
    assert lacks(on(mysql_settings={"binlog_transaction_compression": "ON"})) is None


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        (on(redis_settings={"appendonly": "yes"}), "setting appendonly of redis"),
        (altered("RENAME TO others"), "ALTER TABLE with 'RENAME' where ADD is expected"),
        (
            with_table(SourceTable(name="orders", columns={"place": "POINT"})),
            "tables with columns of type POINT (orders)",
        ),
        (
            with_table(SourceTable(name="orders", columns={"a": "INT"}, fills={"a": "7"})),
            "SQL with which table orders could fill its columns",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_lacking_is_named(scenario: Scenario, reason: str) -> None:
    assert lacks(scenario) == f"the fake stack has no {reason}"
