"""Pipelines in memory come to the verdicts that they come to on containers."""

import pytest

from harness.engine.catalogue.scenarios import find
from harness.history.load import load
from tests.fake.conftest import RunFake


@pytest.mark.parametrize("seed", [1, 2])
def test_the_python_path_brings_every_change_while_a_leader_dies(
    run_fake: RunFake, seed: int
) -> None:
    run_fake(find("py-leader"), seed).must_be_valid()


def test_a_polling_reader_misses_deletes(run_fake: RunFake) -> None:
    run = run_fake(find("j-delete"), 1)
    run.must_show("missed-change", hop="mysql → python/topics (polling)")


def test_a_pipeline_of_the_same_seed_is_the_same_run(run_fake: RunFake) -> None:
    one, two = (load(run_fake(find("py-leader"), 7).folder.history) for _ in range(2))
    assert one.operations.equals(two.operations)
    assert one.flow.events.equals(two.flow.events)
    assert len(one.flow.events) > 100
