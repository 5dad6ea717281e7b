"""Steps that wait for progress, through the whole pipeline."""

import polars as pl
import pytest

from harness.api import LogWorkload, Producers, Scenario, Topic, after, broker
from harness.history.load import load
from tests.fake.conftest import RunFake

BASELINE = 50


@pytest.mark.parametrize("offsets", [100, 400])
def test_a_step_waits_until_topics_have_grown(run_fake: RunFake, offsets: int) -> None:
    scenario = Scenario(
        name="grown",
        about="a test",
        workload=LogWorkload(
            topics=(Topic(name="orders"),), producers=(Producers(topic="orders"),)
        ),
        steps=(after(offsets=offsets).pause(broker(1)),),
        baseline_acks=BASELINE,
    )
    folder = run_fake(scenario, 1).folder
    asked = next(event for event in folder.facts().faults if event.event == "asked")
    operations = load(folder.history).operations
    before = operations.filter(pl.col("f") == "send", pl.col("invoke_ns") < asked.time_ns)
    assert len(before) >= BASELINE + offsets
