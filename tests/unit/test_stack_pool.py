"""Which stacks the pool keeps warm, lends again, replaces, and gives up to make room."""

from types import SimpleNamespace
from typing import Self, cast

import pytest

from harness.backends.docker import lifecycle
from harness.engine.stacks import docker
from harness.engine.stacks.docker import DockerStacks
from harness.faults.ledger import Ledger, Memory
from harness.kit.errors import FaultError
from harness.model.topology import Topology

SMALL, MIDDLE, LARGE = (Topology(brokers=count) for count in (1, 3, 5))


class Booted:
    """What the pool asks of a stack; its containers are this object's word."""

    def __init__(self, topology: Topology, number: int) -> None:
        self.topology = topology
        self.identity = SimpleNamespace(stack=f"stack-{number}")
        self.exited = False
        self.names = ("broker-1",)
        self.stuck: str | None = None
        self.kafka = SimpleNamespace(transactions_shortcoming=lambda: self.stuck)
        self.ledger = Memory()
        self.resumed: list[str] = []
        self.stays_paused = False
        self.end = "still there"

    @property
    def services(self) -> Self:
        return self

    def read_ledger(self) -> bytes:
        return self.ledger.read_ledger()

    def write_ledger(self, whole: bytes) -> None:
        self.ledger.write_ledger(whole)

    def resume(self, service: str) -> None:
        if self.stays_paused:
            raise FaultError(f"{service} stays paused")
        self.resumed.append(service)

    def state(self, _service: str) -> str:
        return "exited" if self.exited else "running"

    def unhealthy(self) -> str | None:
        return None

    def turn_page(self) -> None:
        pass

    def image_tags(self) -> dict[str, str]:
        return {}

    def versions(self) -> dict[str, str]:
        return {}

    def close(self) -> None:
        self.end = "closed"

    def remove(self) -> None:
        self.end = "removed"


@pytest.fixture
def booted(monkeypatch: pytest.MonkeyPatch) -> list[Booted]:
    """Every stack that is booted from here on, in order."""
    made: list[Booted] = []

    def boot(topology: Topology, **_: object) -> Booted:
        made.append(Booted(topology, len(made) + 1))
        return made[-1]

    monkeypatch.setattr(lifecycle, "attach", lambda _topology, **_: None)
    monkeypatch.setattr(lifecycle, "boot", boot)
    return made


@pytest.fixture
def pool(booted: list[Booted]) -> DockerStacks:  # noqa: ARG001 - what it boots
    return DockerStacks(kept=False, tell=lambda _line: None)


def lend(pool: DockerStacks, topology: Topology) -> Booted:
    """Lend a stack for one run, and tell which it was."""
    with pool.environment(topology, seed=0) as environment:
        return cast("Booted", environment.stack)


def test_a_healthy_stack_is_lent_again(pool: DockerStacks) -> None:
    assert lend(pool, MIDDLE) is lend(pool, MIDDLE)


def test_a_warm_stack_that_lost_a_service_meanwhile_is_not_lent(pool: DockerStacks) -> None:
    first = lend(pool, MIDDLE)
    first.exited = True
    second = lend(pool, MIDDLE)
    assert second is not first
    assert (first.end, second.end) == ("removed", "still there")


def test_a_stack_with_an_open_fault_is_healed_before_it_is_lent(pool: DockerStacks) -> None:
    first = lend(pool, MIDDLE)
    Ledger(first).open("process.pause", ("broker-1",), {})
    assert lend(pool, MIDDLE) is first
    assert first.resumed == ["broker-1"]
    assert Ledger(first).opened() == ()


def test_a_stack_whose_open_fault_cannot_be_healed_is_replaced_with_the_reason(
    booted: list[Booted],
) -> None:
    told: list[str] = []
    pool = DockerStacks(kept=False, tell=told.append)
    first = lend(pool, MIDDLE)
    Ledger(first).open("process.pause", ("broker-1",), {})
    first.stays_paused = True
    assert lend(pool, MIDDLE) is not first
    assert [each.end for each in booted] == ["removed", "still there"]
    assert any("process.pause on broker-1 cannot be healed" in line for line in told)


def test_a_stack_that_a_run_left_broken_is_removed_after_it(
    pool: DockerStacks, booted: list[Booted]
) -> None:
    with pool.environment(MIDDLE, seed=0):
        booted[0].exited = True
    assert booted[0].end == "removed"


def test_a_stack_whose_transactions_are_stuck_is_not_lent_again(
    pool: DockerStacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker, "HEALTH_LIMIT_S", 0.01)
    first = lend(pool, MIDDLE)
    first.stuck = "no coordinator takes the transactional producer"
    assert lend(pool, MIDDLE) is not first
    assert first.end == "removed"


def test_the_stack_that_was_used_longest_ago_makes_room(pool: DockerStacks) -> None:
    small, middle = lend(pool, SMALL), lend(pool, MIDDLE)
    assert lend(pool, SMALL) is small
    large = lend(pool, LARGE)
    assert [each.end for each in (small, middle, large)] == ["still there", "closed", "still there"]
    assert lend(pool, SMALL) is small
