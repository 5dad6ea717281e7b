"""Stacks of real containers for the tests of this folder."""

import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest

from harness.backends.docker import lifecycle
from harness.backends.docker.stack import DockerStack
from harness.model.topology import Topology

Tool: TypeAlias = Callable[..., str]
PIPELINE = Topology(
    registry=True,
    connect_workers=2,
    mysql=True,
    mysql_replica=True,
    postgres=True,
    redis=True,
    redis_replica=True,
    redis_settings={"appendonly": True, "appendfsync": "always"},
)


@pytest.fixture(scope="session")
def stack() -> Iterator[DockerStack]:
    """Three brokers, for all tests of the session; each leaves it as it found it."""
    yield from booted(Topology())


@pytest.fixture(scope="session")
def pipeline() -> Iterator[DockerStack]:
    """One of every service, for all tests of the session; each leaves it as it found it."""
    yield from booted(PIPELINE)


@pytest.fixture
def tool(stack: DockerStack) -> Tool:
    """Run one of Kafka's tools in a broker's container; what it printed."""

    def run(name: str, *options: str) -> str:
        # Apart: what it complains of would stand in the middle of a line of its tables.
        printed: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        command = [name, "--bootstrap-server", "broker-1:9092", *options]
        status = stack.exec_in(
            "broker-1", command, lambda stream, text: printed[stream].append(text)
        )
        assert status == 0, printed
        return b"".join(printed["stdout"]).decode()

    return run


def booted(topology: Topology) -> Iterator[DockerStack]:
    """A stack that is removed afterwards."""
    stack = lifecycle.boot(
        topology,
        kept=False,
        on_progress=lambda line: print(line, file=sys.stderr),  # noqa: T201
    )
    try:
        yield stack
    finally:
        stack.close()
