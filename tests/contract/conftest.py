"""The bench that contract tests work on: the fake stack, and under `docker` the real one."""

from collections.abc import Iterator

import pytest

from harness.backends.docker import lifecycle
from harness.backends.docker.stack import DockerStack
from harness.backends.fake.stack import FakeStack
from harness.kit.clock import REAL
from harness.model.topology import Topology
from tests.contract.bench import Bench


@pytest.fixture(scope="session")
def docker_stack() -> Iterator[DockerStack]:
    stack = lifecycle.boot(Topology(), kept=False)
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture(params=["fake", pytest.param("docker", marks=pytest.mark.docker)])
def bench(request: pytest.FixtureRequest) -> Bench:
    """A healthy stack and its clock."""
    if request.param == "docker":
        return Bench(request.getfixturevalue("docker_stack"), REAL)
    stack = FakeStack(Topology(), seed=1)
    return Bench(stack, stack.clock)
