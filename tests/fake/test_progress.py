"""Steps that wait for progress, through the whole pipeline."""

import polars as pl
import pytest

from harness.api import LogWorkload, Producers, Scenario, Topic, after, broker
from harness.engine.catalogue.scenarios import find
from harness.engine.commands.show import summary_of
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


def test_a_step_that_begins_by_its_limit_says_so_everywhere(run_fake: RunFake) -> None:
    scenario = Scenario(
        name="vain",
        about="a test",
        workload=LogWorkload(
            topics=(Topic(name="orders"),), producers=(Producers(topic="orders"),)
        ),
        steps=(
            after(acks=10).pause(broker(1)),
            after(removed=1, limit_s=7).heal("pause"),
        ),
        baseline_acks=BASELINE,
    )
    folder = run_fake(scenario, 1).folder
    (unmet,) = folder.facts().unmet
    assert unmet.step == "heal-pause"
    words = "its condition was not met within 7 s; it starts anyway"
    assert words in str(unmet)
    assert "0 of 1 removed record" in unmet.seen
    assert words in folder.harness_log.read_text()
    assert folder.report.read_text().count(words) == 2, "the fault's row, and the step's"
    assert words in summary_of(folder.path)


def test_a_transaction_that_hangs_holds_the_stable_end_back_until_it_is_aborted(
    run_fake: RunFake,
) -> None:
    ends = run_fake(find("p-hangtxn"), 1).folder.facts().ends
    held = {each.stable for each in ends if each.end - each.stable > 100}
    assert len(held) == 1
    assert ends[-1].stable == ends[-1].end > max(held)
