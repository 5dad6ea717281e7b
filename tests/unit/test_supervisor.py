"""Nodes that gave up by themselves are started once more, and not again."""

from pathlib import Path

from harness.backends.fake.stack import FakeStack
from harness.engine.notes import Notes
from harness.engine.supervisor import Supervisor
from harness.model.topology import Topology
from harness.reporting.folder import RunFolder


def supervised(folder: Path) -> tuple[FakeStack, Notes, list[str], Supervisor]:
    stack = FakeStack(Topology(), seed=1)
    told: list[str] = []
    notes = Notes(RunFolder(folder), stack.clock, told.append)
    return stack, notes, told, Supervisor(stack, notes)


def test_who_gave_up_is_started_once_more_and_not_again(tmp_path: Path) -> None:
    stack, notes, told, supervisor = supervised(tmp_path)
    stack.clock.pause(2)
    stack.services.kill("broker-2")
    supervisor.step()
    assert stack.services.state("broker-2") == "running"
    assert [(each.service, each.time_ns) for each in notes.revived] == [("broker-2", 2_000_000_000)]
    assert told == ["broker-2 exited unexpectedly; restarting it"]
    stack.services.kill("broker-2")
    stack.services.kill("zookeeper")
    supervisor.step()
    assert supervisor.exited() == ("broker-2",)
    assert [each.service for each in notes.revived] == ["broker-2", "zookeeper"]


def test_who_runs_or_is_frozen_is_left_alone(tmp_path: Path) -> None:
    stack, notes, _, supervisor = supervised(tmp_path)
    stack.services.pause("broker-1")
    supervisor.step()
    assert stack.services.state("broker-1") == "paused"
    assert (supervisor.exited(), notes.revived) == ((), [])
