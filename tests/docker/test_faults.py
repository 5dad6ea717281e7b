"""Every fault on real containers: it is witnessed, it heals, and the stack is whole again."""

from pathlib import Path

import pytest

from harness.faults.conductor import Conductor
from harness.faults.fault import FAULTS
from harness.faults.ledger import Ledger
from harness.kit.clock import REAL
from harness.kit.waits import NotYet, wait_until
from harness.model.fault import After, FaultSpec, Role, Step
from harness.model.value import Settings
from harness.stack.docker_stack import DockerStack

pytestmark = [pytest.mark.docker, pytest.mark.slow]

ANY = Role(kind="broker", index=1)
CASES: dict[str, tuple[Role, Settings]] = {
    "disk.wipe": (ANY, {}),
    "network.delay": (Role(kind="brokers"), {"latency_ms": 300}),
    "network.isolate": (ANY, {"zookeeper": True}),
    "process.kill": (Role(kind="service", name="zookeeper"), {}),
    "process.pause": (Role(kind="controller"), {}),
    "process.restart": (ANY, {"how": "kill"}),
    "process.rolling-restart": (Role(kind="brokers"), {}),
    "process.stop": (ANY, {}),
}


def test_every_fault_has_a_case() -> None:
    assert list(CASES) == list(FAULTS)


@pytest.mark.parametrize("kind", CASES)
def test_a_fault_bites_and_heals(kind: str, stack: DockerStack, tmp_path: Path) -> None:
    target, settings = CASES[kind]
    ledger = Ledger(tmp_path / "ledger.jsonl")
    conductor = Conductor(stack, ledger, REAL, since_start_ns=REAL.now_ns, topics={})
    fault = FaultSpec(kind=kind, target=target, settings=settings)
    try:
        conductor.execute(Step(name="step", after=After(), fault=fault))
    finally:
        conductor.heal_all()
    told = [event.event for event in conductor.events]
    assert told == ["asked", "injected", "witnessed", "healed"], conductor.events
    assert ledger.opened() == ()
    wait_until(
        "the stack to be whole again",
        lambda: NotYet(problem) if (problem := stack.unhealthy()) else True,
        limit_s=60,
        interval_s=0.2,
    )
