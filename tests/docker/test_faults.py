"""Every fault on real containers: it is witnessed, it heals, and the stack is whole again."""

from contextlib import closing

import pytest

from harness.backends.docker.stack import DockerStack
from harness.engine.catalogue.scenarios import scenarios
from harness.faults.conductor import Conductor
from harness.faults.fault import FAULTS
from harness.faults.ledger import Ledger
from harness.kit.clock import REAL
from harness.kit.waits import NotYet, wait_until
from harness.model.fault import After, FaultSpec, Step
from harness.model.roles import Broker, Brokers, Controller, Metadata, Role, Service, Task
from harness.model.value import Settings
from harness.systems.mysql import database as source
from harness.workloads.pipeline.topics.events_schema import FLAT_ROW
from tests.docker.connectors import connector, file_source

pytestmark = [pytest.mark.docker, pytest.mark.slow]

ANY = Broker(index=1)
CASES: dict[str, tuple[Role, Settings]] = {
    "disk.wipe": (ANY, {}),
    "network.cut-link": (ANY, {"caller": "broker-1"}),
    "network.delay": (Brokers(), {"latency_ms": 300}),
    "network.isolate": (ANY, {"metadata": True}),
    "process.kill": (Metadata(), {}),
    "process.pause": (Controller(), {}),
    "process.restart": (ANY, {"how": "kill"}),
    "process.rolling-restart": (Brokers(), {}),
    "process.stop": (ANY, {}),
}
TICKS = Task(connector="ticks", index=0)
PIPELINE_CASES: dict[str, tuple[Role, Settings]] = {
    "connect.pause": (TICKS, {"connector": "ticks"}),
    "connect.stop": (TICKS, {"connector": "ticks"}),
    "connect.restart-task": (TICKS, {"connector": "ticks"}),
    "leader.elect": (ANY, {"topic": "ticks"}),
    "network.cut-link": (Service(name="mysql"), {"caller": "connect"}),
    "network.delay": (Service(name="redis"), {"latency_ms": 300}),
    "process.kill": (TICKS, {}),
    "process.pause": (Service(name="mysql"), {}),
    "process.restart": (Service(name="registry"), {"how": "kill"}),
    "process.stop": (Service(name="mysql-replica"), {}),
    "redis.flush": (Service(name="redis"), {}),
    "schema.register": (
        Service(name="registry"),
        {"topic": "ticks", "change": "version-as-text"},
    ),
    "slot.advance": (Service(name="postgres"), {"connector": "ticks"}),
    "slot.outrun": (Service(name="postgres"), {"connector": "ticks", "megabytes": 2}),
    "slot.drop": (Service(name="postgres"), {"connector": "ticks"}),
    "table.alter": (
        Service(name="mysql"),
        {"table": "faults.rows_", "clause": "ADD COLUMN more INT"},
    ),
    "table.remove-unlogged": (
        Service(name="mysql"),
        {"table": "faults.rows_", "rows": 1},
    ),
    "topic.add-partitions": (ANY, {"topic": "ticks", "total": 2}),
    "topic.configure": (ANY, {"topic": "ticks", "setting": "retention.ms", "value": 60_000}),
    "topic.poison": (ANY, {"topic": "ticks"}),
}
OF_TRAFFIC = {"group.reset", "member.join", "member.leave", "member.hang", "worker.hold"}
"""Faults of what a run itself lets work, which a stack alone does not have: scenarios show them."""
OF_OWN_DISKS = {"disk.cut-power"}
"""Faults that take a stack whose brokers have disks of their own: scenarios show them, too."""


def test_every_fault_has_a_case() -> None:
    assert CASES.keys() | PIPELINE_CASES.keys() | OF_TRAFFIC | OF_OWN_DISKS == set(FAULTS)
    shown = {step.fault.kind for each in scenarios().values() for step in each.steps if step.fault}
    assert shown >= OF_TRAFFIC | OF_OWN_DISKS


@pytest.mark.parametrize("kind", CASES)
def test_a_fault_bites_and_heals(kind: str, stack: DockerStack) -> None:
    bites_and_heals(kind, CASES[kind], stack)


@pytest.mark.parametrize("kind", PIPELINE_CASES)
def test_a_fault_bites_and_heals_in_a_pipeline(kind: str, pipeline: DockerStack) -> None:
    pipeline.redis.client().execute_command("SET", "here", "1")
    source.drop(pipeline.mysql, ["faults"])
    made = ("CREATE DATABASE faults", "CREATE TABLE faults.rows_ (id INT)")
    source.run(pipeline.mysql, [*made, "INSERT INTO faults.rows_ VALUES (1), (2)"])
    pipeline.registry.register("ticks-value", FLAT_ROW)
    slot_made(pipeline, "ticks")
    with connector(pipeline, "ticks", file_source("ticks")):
        bites_and_heals(kind, PIPELINE_CASES[kind], pipeline)


def slot_made(stack: DockerStack, reader: str) -> None:
    """Let PostgreSQL keep a place for `reader` that is behind the end of its log."""
    with closing(stack.postgres.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
        cursor.execute("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", [reader])
        cursor.execute("SELECT pg_logical_emit_message(true, 'harness', 'behind it')")


def bites_and_heals(kind: str, case: tuple[Role, Settings], stack: DockerStack) -> None:
    """Inject the fault as a run does; the stack is whole again afterwards."""
    target, settings = case
    ledger = Ledger(stack)
    conductor = Conductor(stack, ledger, REAL, since_start_ns=REAL.now_ns, names={})
    fault = FaultSpec(kind=kind, target=target, settings=settings)
    try:
        conductor.execute(Step(name="step", after=After(), deed=fault))
    finally:
        conductor.heal_all()
    told = [event.event for event in conductor.events]
    assert told == ["asked", "injected", "witnessed", "healed"], conductor.events
    assert ledger.opened() == ()
    wait_until(
        "the stack to be healthy again",
        lambda: NotYet(problem) if (problem := stack.unhealthy()) else True,
        limit_s=60,
        interval_s=0.2,
    )
