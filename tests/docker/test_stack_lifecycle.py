"""Stacks come, are left, found again, and swept."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from harness.backends.docker import containers, inventory, lifecycle
from harness.backends.docker.engine import connect
from harness.backends.docker.labels import STACK
from harness.backends.docker.stack import DockerStack
from harness.kit.errors import BootError, PortTakenError, UsageError
from harness.kit.owner import this_process
from harness.model.topology import Topology
from harness.model.workload import Topic
from harness.systems.blueprint import Blueprint, ServiceSpec
from harness.systems.kafka import service as kafka

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SMALL = Topology(brokers=1, broker_settings={"message.max.bytes": 1_000_001})
"""A topology that nobody else runs, so that nobody else's stack is found."""


def known() -> set[str]:
    """Stacks of this process: other people may run theirs beside us."""
    me = this_process().process
    return {info.stack for info in inventory.list_stacks() if info.owner == me}


def left_of(stack: str) -> int:
    """How many things the engine still has of a stack."""
    api = connect()
    wanted = {"label": [f"{STACK}={stack}"]}
    volumes = api.volumes(filters=wanted)["Volumes"] or []
    return len(api.containers(all=True, filters=wanted) + api.networks(filters=wanted) + volumes)


@pytest.fixture
def kept() -> Iterator[DockerStack]:
    booted = lifecycle.boot(SMALL, kept=True)
    try:
        yield booted
    finally:
        booted.remove()


def test_a_kept_stack_is_found_again_by_one_process_at_a_time(kept: DockerStack) -> None:
    kept.kafka.create_topic(Topic(name="stays", replicas=1))
    assert lifecycle.attach(SMALL) is None, "it is in use"
    kept.close()
    assert lifecycle.attach(Topology(brokers=1)) is None, "another topology"
    again = lifecycle.attach(SMALL)
    assert again is not None
    assert again.identity == kept.identity
    assert "stays" in again.kafka.describe(["stays"])
    again.close()
    assert left_of(kept.identity.stack) > 0


def test_a_kept_stack_is_repaired_before_it_is_used(kept: DockerStack) -> None:
    kept.services.pause("broker-1")
    kept.close()
    said: list[str] = []
    assert lifecycle.attach(SMALL, on_progress=said.append) is None
    assert "broker-1: it is paused" in said[0]
    again = lifecycle.attach(SMALL, repair=lambda stack: stack.services.resume("broker-1"))
    assert again is not None
    again.close()


def test_a_kept_stack_with_other_settings_of_the_harness_is_left_alone(
    kept: DockerStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.close()
    baseline = kafka.baseline
    monkeypatch.setattr(kafka, "baseline", lambda brokers: {**baseline(brokers), "new": 1})
    assert lifecycle.attach(SMALL) is None


def test_a_stack_in_use_can_be_looked_at(kept: DockerStack) -> None:
    looked_at = inventory.look_at(kept.identity.stack)
    assert {row.state for row in looked_at.status()} == {"running"}
    looked_at.close()
    assert lifecycle.attach(SMALL) is None, "looking took nobody's lease"
    with pytest.raises(UsageError, match=kept.identity.stack):
        inventory.look_at("chaos-none")


def test_the_stack_of_a_killed_process_is_swept_unless_it_is_to_be_kept(kept: DockerStack) -> None:
    code = """
import os, signal
from harness.model.topology import Topology
from harness.backends.docker import lifecycle
print(lifecycle.boot(Topology(brokers=1), kept=False).identity.stack, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    orphan = ran.stdout.strip()
    try:
        dead = {info.stack for info in inventory.list_stacks() if info.is_dead}
        assert orphan in dead
        assert kept.identity.stack not in dead
    finally:
        lifecycle.remove_stack(orphan)
    assert left_of(orphan) == 0


def test_two_stacks_run_side_by_side(stack: DockerStack, kept: DockerStack) -> None:
    kept.kafka.create_topic(Topic(name="apart", replicas=1))
    kept.services.kill("broker-1")
    assert stack.unhealthy() is None
    assert stack.kafka.describe(["apart"]) == {}
    assert not set(stack.blueprint.ports.values()) & set(kept.blueprint.ports.values())


def test_a_service_that_dies_ends_the_boot_with_its_last_words_and_leaves_nothing() -> None:
    before = known()
    bad = Topology(brokers=1, broker_settings={"num.io.threads": 0})
    with pytest.raises(BootError, match=r"broker-1 ended(.|\n)*num\.io\.threads"):
        lifecycle.boot(bad, kept=True)
    assert known() == before


def test_a_service_that_ends_once_while_the_stack_boots_is_started_again() -> None:
    told: list[str] = []

    def end_it_once(line: str) -> None:
        told.append(line)
        if line.startswith("started;"):
            (starting,) = [each for each in told if each.startswith("starting ")]
            connect().kill(f"{starting.split()[-1]}-broker-1")

    booted = lifecycle.boot(SMALL, kept=False, on_progress=end_it_once)
    try:
        assert any(line.startswith("broker-1 ended while the stack booted") for line in told)
        booted.kafka.create_topic(Topic(name="serves", replicas=1))
    finally:
        booted.remove()


def test_an_interrupted_boot_leaves_nothing() -> None:
    before = known()

    def interrupt(line: str) -> None:
        if line.startswith("started"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lifecycle.boot(SMALL, kept=True, on_progress=interrupt)
    assert known() == before


def test_a_boot_interrupted_while_containers_start_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = known()
    launch = containers.launch

    def interrupt(spec: ServiceSpec, *rest: Any) -> None:
        if spec.name == "broker-1":
            raise KeyboardInterrupt
        launch(spec, *rest)

    monkeypatch.setattr(containers, "launch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        lifecycle.boot(SMALL, kept=True)
    assert known() == before


def test_ports_that_are_taken_are_refused_by_number(stack: DockerStack) -> None:
    blueprint = Blueprint(topology=Topology(), ports=stack.blueprint.ports)
    before = known()
    with pytest.raises(PortTakenError):
        lifecycle.boot(Topology(), kept=False, ports=blueprint.ports)
    assert known() == before
