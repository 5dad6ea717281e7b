"""Applications share brokers: a pipeline, and producers and consumers beside it, in one run."""

import pytest

from harness.api import MixedWorkload, Scenario, worse
from harness.plugin import RunScenario

from . import test_connect_path as connect_path
from . import test_python_path as python_path
from .controls_brokers import LEADER_ALONE, LEADER_DIES_AHEAD

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

BESIDE = Scenario(
    name="beside",
    about="A leader dies ahead of its stalled followers, while a pipeline uses the same brokers",
    claims=("durability", *connect_path.CLAIMS),
    topology=connect_path.FULL,
    workload=MixedWorkload(
        log=LEADER_DIES_AHEAD.log_workload, pipeline=python_path.BINLOG.pipeline
    ),
    steps=LEADER_DIES_AHEAD.steps,
    baseline_acks=200,
    aftermath_acks=100,
)
ONE_IS_WORSE = worse(
    BESIDE,
    "beside-bad",
    "acks=1 of the producers beside it: they lose records, and the pipeline does not",
    producers=LEADER_ALONE,
)

SCENARIOS = (BESIDE, ONE_IS_WORSE)


def test_neither_loses_anything(run_scenario: RunScenario) -> None:
    run_scenario(BESIDE).must_be_valid()


def test_what_one_application_loses_is_put_down_to_it_alone(run_scenario: RunScenario) -> None:
    run_scenario(ONE_IS_WORSE).must_show_only("lost-write")
