"""The conductor: ledger before action, a witness for every fault, healing whatever happens."""

from typing import Self

import pytest

from harness.backends.roles import RoleCluster
from harness.faults.conductor import Conductor
from harness.faults.ledger import Ledger, Memory
from harness.kit.errors import FaultError
from harness.model.fault import After, FaultSpec, Heal, Step
from harness.model.roles import Broker, Controller, Leader, Role, SameAs, Task
from harness.model.topology import Topology
from tests.unit.test_kit import ManualClock


class Powers:
    """Only what the conductor and the process faults ask of a stack."""

    topology = Topology()

    def __init__(self) -> None:
        self.states = dict.fromkeys(self.topology.broker_names, "running")
        self.starts = dict.fromkeys(self.states, 1)
        self.ledger = Memory()
        self.ledger_lines_at_action: list[int] = []
        self.deaf = False
        self.unstartable: set[str] = set()
        self.unstartable_for = 0
        self.leaderless = 0

    @property
    def services(self) -> Self:
        return self

    def resolve(self, role: Role) -> tuple[str, ...]:
        match role:
            case Leader() if self.leaderless:
                self.leaderless -= 1
                raise FaultError("an election is going on")
            case Leader():
                return (f"leader of {role.topic}",)
            case Controller():
                raise FaultError("no broker is controller")
            case Task():
                return (f"worker of {role.connector}",)
            case _:
                return RoleCluster(None, self.topology, ()).resolve(role)  # type: ignore[arg-type]

    def state(self, service: str) -> str:
        return self.states[service]

    def incarnation(self, service: str) -> str:
        return str(self.starts.get(service, 0))

    def _act(self, service: str, state: str) -> None:
        self.ledger_lines_at_action.append(len(self.ledger.whole.splitlines()))
        if not self.deaf:
            self.states[service] = state

    def pause(self, service: str) -> None:
        self._act(service, "paused")

    def kill(self, service: str) -> None:
        self._act(service, "exited")

    def resume(self, service: str) -> None:
        self.states[service] = "running"

    def start(self, service: str) -> None:
        self.unstartable_for -= 1
        if service in self.unstartable or self.unstartable_for >= 0:
            raise FaultError(f"{service} does not start")
        self.states[service] = "running"
        self.starts[service] += 1

    def ready(self, service: str) -> str | None:
        return None if self.states[service] == "running" else "down"


@pytest.fixture
def powers() -> Powers:
    return Powers()


@pytest.fixture
def conductor(powers: Powers) -> Conductor:
    return Conductor(
        powers,  # type: ignore[arg-type]
        Ledger(powers.ledger),
        ManualClock(),
        since_start_ns=lambda: 0,
        names={
            "topic": {"orders": "orders.run-1"},
            "connector": {"connect/topics": "run-1-feed"},
        },
    )


def step(name: str, kind: str, target: Role, **settings: str) -> Step:
    return Step(
        name=name, after=After(), deed=FaultSpec(kind=kind, target=target, settings=dict(settings))
    )


def story(conductor: Conductor) -> list[tuple[str, str]]:
    return [(event.step, event.event) for event in conductor.events]


def test_a_fault_is_in_the_ledger_before_it_acts_and_closed_after_its_heal(
    powers: Powers, conductor: Conductor
) -> None:
    conductor.execute(step("pause", "process.pause", Broker(index=1)))
    assert powers.ledger_lines_at_action == [1]
    assert powers.states["broker-2"] == "paused"
    assert len(Ledger(powers.ledger).opened()) == 1
    conductor.heal_all()
    assert powers.states["broker-2"] == "running"
    assert Ledger(powers.ledger).opened() == ()
    assert [event for _, event in story(conductor)] == ["asked", "injected", "witnessed", "healed"]


def test_a_fault_that_does_not_bite_is_unwitnessed_and_still_healed(
    powers: Powers, conductor: Conductor
) -> None:
    powers.deaf = True
    conductor.execute(step("kill", "process.kill", Broker(index=0)))
    conductor.heal_all()
    assert ("kill", "unwitnessed") in story(conductor)
    assert ("kill", "healed") in story(conductor)
    assert ("kill", "witnessed") not in story(conductor)


def test_a_target_that_nobody_is_fails_the_step_and_not_the_run(conductor: Conductor) -> None:
    conductor.execute(step("kill", "process.kill", Controller()))
    assert story(conductor) == [("kill", "failed")]
    assert "no broker is controller" in conductor.events[0].note


def test_a_role_that_nobody_has_for_a_moment_is_waited_for(
    powers: Powers, conductor: Conductor
) -> None:
    powers.leaderless = 3
    conductor.execute(step("kill", "process.kill", Leader(topic="orders")))
    asked = conductor.events[0]
    assert (asked.event, asked.targets) == ("asked", ("leader of orders.run-1",))
    assert powers.leaderless == 0


def test_healing_goes_newest_first_and_one_failure_does_not_keep_the_others(
    powers: Powers, conductor: Conductor
) -> None:
    conductor.execute(step("first", "process.pause", Broker(index=0)))
    conductor.execute(step("second", "process.kill", Broker(index=1)))
    conductor.execute(step("third", "process.pause", Broker(index=2)))
    powers.unstartable.add("broker-2")
    conductor.heal_all()
    last = [each for each in story(conductor) if each[1] in {"healed", "failed"}]
    assert last == [("third", "healed"), ("first", "healed"), ("second", "failed")]
    assert [entry.targets for entry in Ledger(powers.ledger).opened()] == [("broker-2",)]


def test_a_heal_that_fails_for_a_moment_is_tried_again_and_is_no_failure(
    powers: Powers, conductor: Conductor
) -> None:
    conductor.execute(step("kill", "process.kill", Broker(index=0)))
    powers.unstartable_for = 3
    conductor.heal_all()
    assert [event for _, event in story(conductor)][-1] == "healed"
    assert "failed" not in [event for _, event in story(conductor)]
    assert Ledger(powers.ledger).opened() == ()


def test_a_heal_step_that_fails_is_told_and_tried_again_in_the_end(
    powers: Powers, conductor: Conductor
) -> None:
    conductor.execute(step("kill", "process.kill", Broker(index=0)))
    powers.unstartable_for = 1
    conductor.execute(Step(name="heal", after=After(), deed=Heal(step="kill")))
    assert story(conductor)[-1] == ("kill", "failed")
    assert powers.states["broker-1"] == "exited"
    conductor.heal_all()
    assert story(conductor)[-1] == ("kill", "healed")
    assert powers.states["broker-1"] == "running"
    assert Ledger(powers.ledger).opened() == ()


def test_a_heal_step_heals_only_what_it_names(powers: Powers, conductor: Conductor) -> None:
    conductor.execute(step("first", "process.pause", Broker(index=0)))
    conductor.execute(step("second", "process.pause", Broker(index=1)))
    conductor.execute(Step(name="heal-first", after=After(), deed=Heal(step="first")))
    assert powers.states == {"broker-1": "running", "broker-2": "paused", "broker-3": "running"}


def test_same_as_means_what_the_other_step_resolved_to(
    powers: Powers, conductor: Conductor
) -> None:
    conductor.execute(step("pause", "process.pause", Broker(index=2)))
    conductor.execute(step("kill", "process.kill", SameAs(step="pause")))
    assert powers.states["broker-3"] == "exited"


def test_a_topic_is_resolved_by_its_real_name(conductor: Conductor) -> None:
    conductor.execute(step("kill", "process.kill", Leader(topic="orders")))
    assert conductor.events[0].targets == ("leader of orders.run-1",)


def test_a_momentary_fault_is_healed_when_it_is_over(powers: Powers, conductor: Conductor) -> None:
    conductor.execute(step("restart", "process.restart", Broker(index=0), how="kill"))
    assert powers.states["broker-1"] == "running"
    assert [event for _, event in story(conductor)] == ["asked", "injected", "witnessed", "healed"]


def test_settings_that_a_fault_does_not_know_fail_the_step(conductor: Conductor) -> None:
    conductor.execute(step("restart", "process.restart", Broker(index=0), how="gently"))
    assert story(conductor)[-1] == ("restart", "failed")
    assert "Invalid enum value 'gently'" in conductor.events[-1].note
