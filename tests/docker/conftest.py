"""Stacks of real containers for the tests of this folder."""

import sys
from collections.abc import Iterator

import pytest

from harness.model.topology import Topology
from harness.stack import lifecycle
from harness.stack.docker_stack import DockerStack


@pytest.fixture(scope="session")
def stack() -> Iterator[DockerStack]:
    """Three brokers, for all tests of the session; each leaves it as it found it."""
    booted = lifecycle.boot(
        Topology(),
        kept=False,
        on_progress=lambda line: print(line, file=sys.stderr),  # noqa: T201
    )
    try:
        yield booted
    finally:
        booted.close()
