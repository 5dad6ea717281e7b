"""Many runs in a row: what ends one of them ends the others only where it would end them, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.engine.campaign import campaign
from harness.engine.catalogue.scenarios import find
from harness.engine.environment import Environment
from harness.engine.run import Run
from harness.engine.stacks.fake import FakeStacks
from harness.kit.errors import HarnessError, NoDiskError, NoDockerError, UsageError, WaitTimeout
from harness.model.topology import Topology


def tell(_line: str) -> None:
    """Say nothing."""


class Pool(FakeStacks):
    """Fakes, none of which comes for seed 1."""

    def __init__(self, error: HarnessError) -> None:
        super().__init__()
        self._error = error

    @contextmanager
    def environment(self, topology: Topology, *, seed: int) -> Iterator[Environment]:
        if seed == 1:
            raise self._error
        with super().environment(topology, seed=seed) as environment:
            yield environment


@pytest.mark.parametrize(
    "error",
    [HarnessError("cannot create topic 'orders'"), WaitTimeout("the stack", 30, "nothing")],
)
def test_a_run_that_fails_does_not_end_the_next(error: HarnessError, tmp_path: Path) -> None:
    scenario = find("p-noflush")
    done = [each for _, _, each in campaign([scenario], (1, 2), Pool(error), tmp_path, tell=tell)]
    assert done[0] == str(error)
    assert isinstance(done[1], Run)
    done[1].must_be_valid()


@pytest.mark.parametrize(
    "error", [UsageError("no such thing"), NoDockerError("no engine"), NoDiskError("full")]
)
def test_what_would_end_the_next_as_well_ends_all(error: HarnessError, tmp_path: Path) -> None:
    with pytest.raises(type(error)):
        list(campaign([find("p-noflush")], (1, 2), Pool(error), tmp_path, tell=tell))
