"""Whose a stack is, as seen from elsewhere: another home, another PID namespace, another session.

Everything acts on stacks of topologies that nobody else has.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends.docker import archive, inventory, lease, lifecycle
from harness.backends.docker.engine import connect
from harness.backends.docker.stack import DockerStack
from harness.model.topology import Topology

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SETTINGS = {"message.max.bytes": 1_000_002}
OURS = Topology(brokers=1, broker_settings=dict(SETTINGS))
APART = ("unshare", "--fork", "--pid", "--mount-proc")
# A session that says what it finds, and keeps it until its input ends.
SESSION = """
import sys
from harness.model.topology import Topology
from harness.backends.docker import inventory, lifecycle
topology = Topology(brokers=1, broker_settings={"message.max.bytes": 1_000_002})
mine = [each for each in inventory.list_stacks() if each.topology == topology.digest]
print(*("dead" if each.is_dead else "in use" if each.in_use else "free" for each in mine))
sys.stdin.readline()
found = lifecycle.attach(topology)
print(found.identity.stack if found else "nothing", flush=True)
sys.stdin.read()
if found:
    found.close()
"""
BOOTS_AND_DIES = """
import os
from harness.model.topology import Topology
from harness.backends.docker import lifecycle
topology = Topology(brokers=1, broker_settings={"message.max.bytes": 1_000_002})
print(lifecycle.boot(topology, kept=False).identity.stack, flush=True)
os.kill(os.getpid(), 9)
"""


class Session:
    """A process that looks for the stack, in surroundings of its own."""

    def __init__(self, *before: str, home: Path | None = None) -> None:
        self._process = subprocess.Popen(
            [*before, sys.executable, "-u", "-c", SESSION],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **({"HOME": str(home)} if home else {})},
        )
        self.sees = self._read()

    def attach(self) -> None:
        """Let it try; `attached` says whether it got the stack."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    @property
    def attached(self) -> str:
        return self._read()

    def end(self) -> None:
        """Let it give back what it has."""
        self._process.communicate()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def kept() -> Iterator[DockerStack]:
    booted = lifecycle.boot(OURS, kept=True)
    try:
        yield booted
    finally:
        lifecycle.remove_stack(booted.identity.stack)


def ours() -> list[inventory.StackInfo]:
    return [each for each in inventory.list_stacks() if each.topology == OURS.digest]


@pytest.fixture(params=["another home", "another PID namespace"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    if request.param == "another home":
        session = Session(home=tmp_path)
    else:
        can = subprocess.run([*APART, "true"], capture_output=True, check=False)
        if can.returncode:
            pytest.skip(f"no PID namespace can be made here: {can.stderr.decode().strip()}")
        session = Session(*APART)
    yield session
    session.end()


def test_a_living_stack_is_in_use_from_wherever_one_looks(
    kept: DockerStack, elsewhere: Session
) -> None:
    assert elsewhere.sees == "in use"
    elsewhere.attach()
    assert elsewhere.attached == "nothing"
    kept.close()
    assert [each.in_use for each in ours()] == [False]


def test_of_two_sessions_that_attach_at_once_one_gets_the_stack(
    kept: DockerStack, tmp_path: Path
) -> None:
    kept.close()
    sessions = [Session(), Session(home=tmp_path), Session(*APART)]
    try:
        for session in sessions:
            session.attach()
        got = sorted(session.attached for session in sessions)
        assert got == sorted([kept.identity.stack, "nothing", "nothing"])
    finally:
        for session in sessions:
            session.end()
    again = lifecycle.attach(OURS)
    assert again is not None
    again.close()


def test_a_kept_stack_is_free_at_once_when_its_user_was_killed(kept: DockerStack) -> None:
    kept.close()
    session = Session()
    session.attach()
    assert session.attached == kept.identity.stack
    assert [each.in_use for each in ours()] == [True]
    session.kill()
    assert [each.in_use for each in ours()] == [False]
    again = lifecycle.attach(OURS)
    assert again is not None
    again.close()


def test_the_stack_of_a_killed_owner_is_dead_here_at_once_and_elsewhere_after_its_lease() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BOOTS_AND_DIES], capture_output=True, text=True, check=False
    )
    orphan = ran.stdout.strip()
    try:
        apart = Session(*APART)
        assert apart.sees == "in use"
        apart.end()
        assert [each.is_dead for each in ours()] == [True]
        api = connect()
        held = lease.holders(api, orphan)[orphan]["Id"]
        long_ago = lease.now(api) - lease.LEASE_S - 1
        archive.write(api, held, lease.RENEWED, repr(long_ago).encode())
        apart = Session(*APART)
        assert apart.sees == "dead"
        apart.end()
    finally:
        lifecycle.remove_stack(orphan)
    assert ours() == []
