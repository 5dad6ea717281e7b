"""A harness that is killed in the middle of a fault: what it leaves can be read and cleaned up."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import docker
import pytest

from harness.backends.docker import inventory
from harness.engine.sweep import down, sweep
from harness.history.load import load
from harness.kit.errors import RunFolderError
from harness.kit.waits import NotYet, wait_until
from harness.model.facts import Facts
from harness.model.topology import Topology
from harness.reporting.folder import RunFolder, run_folders

pytestmark = [pytest.mark.docker, pytest.mark.slow]

# A broker setting that no other scenario has makes a topology that nobody else has a stack of.
SCENARIO = '''
"""A leader that stays frozen until somebody kills the harness."""
from harness.api import LogWorkload, Processors, Producers, Scenario, Topic, Topology, after, leader

FROZEN = Scenario(
    name="frozen",
    about="The leader freezes and stays so",
    topology=Topology(brokers=1, broker_settings={{"queued.max.requests": {number}}}),
    workload=LogWorkload(
        topics=tuple(
            Topic(name=name, replicas=1, settings={{"min.insync.replicas": 1}})
            for name in ("orders", "copies")
        ),
        producers=(Producers(topic="orders"),),
        processors=(Processors(name="copiers", source="orders", sink="copies"),),
    ),
    steps=(after(acks=50).pause(leader("orders")), after(seconds=300).heal("pause")),
)
SCENARIOS = (FROZEN,)
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


def ours(number: int) -> set[str]:
    """Stacks of the scenario's topology: others may come and go meanwhile."""
    digest = Topology(brokers=1, broker_settings={"queued.max.requests": number}).digest
    return {info.stack for info in inventory.list_stacks() if info.topology == digest}


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
    run = killed_in_mid_fault(tmp_path, 501)
    stacks = ours(501)
    assert left_of(stacks)
    assert any(stack in line for line in sweep() for stack in stacks)
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


def test_nothing_is_left_of_a_killed_run_when_it_was_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "TMPDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "TMPDIR"))
    before = everything(tmp_path)
    killed_in_mid_fault(tmp_path, 505)
    stacks = ours(505)
    assert any(path.startswith("TMPDIR/") for path in everything(tmp_path) - before)
    wait_until("the program to end with its harness", lambda: swept(tmp_path, stacks), limit_s=30)
    assert everything(tmp_path) == before
    assert not left_of(stacks)


def swept(folder: Path, stacks: set[str]) -> bool | NotYet:
    """Whether a sweep has left nothing of a process that may have a moment to live yet."""
    list(sweep())
    left = sorted(path for path in everything(folder) if "program-" in path)
    return NotYet(str([*left, *left_of(stacks)])) if left or left_of(stacks) else True


def everything(folder: Path) -> set[str]:
    """Every file and folder of the home and of the temporary folder."""
    inside = (path for name in ("HOME", "TMPDIR") for path in (folder / name).rglob("*"))
    return {str(path.relative_to(folder)) for path in inside}


def test_sweep_heals_a_kept_stack_and_the_next_run_attaches_to_it(tmp_path: Path) -> None:
    killed_in_mid_fault(tmp_path, 502, "--keep-stack")
    (stack,) = ours(502)
    try:
        assert inventory.look_at(stack).services.state("broker-1") == "paused"
        assert f"{stack}: healed process.pause on broker-1" in list(sweep())
        assert inventory.look_at(stack).services.state("broker-1") == "running"
        assert inventory.look_at(stack).unhealthy() is None
        assert not [line for line in sweep() if stack in line]
    finally:
        list(down(stack))
    assert not left_of({stack})


def test_ctrl_c_while_the_stack_boots_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, 503)
    stacks = wait_until("the first container", lambda: ours(503) or NotYet("none"), limit_s=180)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert not left_of(stacks)


def test_ctrl_c_in_mid_fault_heals_keeps_the_record_and_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, 504)
    run = wait_until("a frozen leader", lambda: frozen(tmp_path / "reports"), limit_s=180)
    stacks = ours(504)
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 130
    assert not left_of(stacks)
    assert [event.event for event in run.load(Facts).faults][-1] == "healed"
    assert load(run.history).operations.height >= 50
