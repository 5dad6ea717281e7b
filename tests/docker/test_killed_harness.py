"""A harness that is killed in the middle of a fault: what it leaves can be read and cleaned up."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import docker
import pytest

from harness.engine.sweep import down, sweep
from harness.history.load import load
from harness.kit.errors import RunFolderError
from harness.kit.waits import NotYet, wait_until
from harness.model.facts import Facts
from harness.reporting.folder import RunFolder, run_folders
from harness.stack import lifecycle

pytestmark = [pytest.mark.docker, pytest.mark.slow]

# A broker setting that no other scenario has makes a topology that nobody else has a stack of.
SCENARIO = '''
"""A leader that stays frozen until somebody kills the harness."""
from harness.api import LogWorkload, Producers, Scenario, Topic, Topology, after, leader

FROZEN = Scenario(
    name="frozen",
    about="The leader freezes and stays so",
    topology=Topology(brokers=1, broker_settings={{"queued.max.requests": {number}}}),
    workload=LogWorkload(
        topics=(Topic(name="orders", replicas=1, settings={{"min.insync.replicas": 1}}),),
        producers=(Producers(topic="orders"),),
    ),
    steps=(after(acks=50).pause(leader("orders")), after(seconds=300).heal("pause")),
)
'''


def start(folder: Path, number: int, *options: str) -> subprocess.Popen[bytes]:
    """Run the scenario in a process of its own, on a topology known by `number`."""
    scenario = folder / "frozen.py"
    scenario.write_text(SCENARIO.format(number=number))
    return subprocess.Popen(
        [
            sys.executable, "-m", "harness", "run", str(scenario),
            "--seed", "7", "--reports-dir", str(folder / "reports"), *options,
        ]
    )  # fmt: skip


def killed_in_mid_fault(folder: Path, number: int, *options: str) -> RunFolder:
    """Run the scenario, kill its process with SIGKILL once the leader is frozen."""
    process = start(folder, number, *options)
    try:
        return wait_until("a frozen leader", lambda: frozen(folder / "reports"), limit_s=180)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def frozen(reports: Path) -> RunFolder | NotYet:
    """The run once its fault is witnessed."""
    for run in run_folders(reports):
        try:
            if any(event.event == "witnessed" for event in run.load(Facts).faults):
                return run
        except RunFolderError as error:
            return NotYet(str(error))
    return NotYet("no witness yet")


def ours() -> set[str]:
    """Stacks that are there."""
    return {info.stack for info in lifecycle.list_stacks()}


def left_of(stacks: set[str]) -> list[str]:
    """Containers, networks and volumes that carry the label of one of `stacks`."""
    api = docker.from_env().api
    found = []
    for stack in stacks:
        filters = {"label": f"kafka-chaos-harness.stack={stack}"}
        found += [each["Id"] for each in api.containers(all=True, filters=filters)]
        found += [each["Id"] for each in api.networks(filters=filters)]
        found += [each["Name"] for each in api.volumes(filters=filters)["Volumes"] or ()]
    return found


def test_sweep_leaves_nothing_of_a_killed_run_and_its_history_can_be_judged(tmp_path: Path) -> None:
    before = ours()
    run = killed_in_mid_fault(tmp_path, 501)
    stacks = ours() - before
    assert left_of(stacks)
    assert any(line.startswith("removed") for line in sweep())
    assert not left_of(stacks)

    checked = subprocess.run(
        [sys.executable, "-m", "harness", "check", str(run.path)],
        env={**os.environ, "DOCKER_HOST": "tcp://127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 3, checked.stderr
    assert "stopped before its final read" in checked.stdout
    assert load(run.history).operations.height >= 50


def test_sweep_heals_a_kept_stack_and_the_next_run_attaches_to_it(tmp_path: Path) -> None:
    before = ours()
    killed_in_mid_fault(tmp_path, 502, "--keep-stack")
    (stack,) = ours() - before
    try:
        assert lifecycle.look_at(stack).state("broker-1") == "paused"
        assert f"{stack}: healed process.pause on broker-1" in list(sweep())
        assert lifecycle.look_at(stack).state("broker-1") == "running"
        assert lifecycle.look_at(stack).unhealthy() is None
        assert list(sweep()) == []
    finally:
        list(down(stack))
    assert not left_of({stack})


def test_ctrl_c_while_the_stack_boots_leaves_nothing(tmp_path: Path) -> None:
    before = ours()
    process = start(tmp_path, 503)
    stacks = wait_until(
        "the first container", lambda: (ours() - before) or NotYet("none"), limit_s=180
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert not left_of(stacks)


def test_ctrl_c_in_mid_fault_heals_keeps_the_record_and_leaves_nothing(tmp_path: Path) -> None:
    before = ours()
    process = start(tmp_path, 504)
    run = wait_until("a frozen leader", lambda: frozen(tmp_path / "reports"), limit_s=180)
    stacks = ours() - before
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 130
    assert not left_of(stacks)
    assert [event.event for event in run.load(Facts).faults][-1] == "healed"
    assert load(run.history).operations.height >= 50
