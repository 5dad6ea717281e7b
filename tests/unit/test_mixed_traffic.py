"""A pipeline and producers beside it: one scenario, one traffic, claims of both."""

import msgspec
import pytest

from harness.api import worse
from harness.checkers.verdict.promises import promised
from harness.engine.catalogue.scenarios import find
from harness.engine.compile import compile_plan
from harness.engine.source_choice import on_source
from harness.kit.errors import UsageError
from harness.model.scenario import MixedWorkload, Scenario
from harness.model.workload import LogWorkload, Producers, Topic

LOG, PIPELINE = find("k-ack1"), find("py-leader")


@pytest.fixture
def both() -> Scenario:
    return find("beside")


def test_each_part_is_what_it_is_alone(both: Scenario) -> None:
    assert (both.has_log, both.has_pipeline) == (True, True)
    assert both.log_workload == LOG.log_workload
    assert both.pipeline == PIPELINE.pipeline


def test_a_part_is_replaced_and_the_other_stays(both: Scenario) -> None:
    fewer = msgspec.structs.replace(both.pipeline, readers=())
    assert both.with_pipeline(fewer).log_workload == both.log_workload
    twin = worse(both, "twin", "acks=1", producers={"acks": "1"})
    assert twin.pipeline == both.pipeline
    assert twin.log_workload.producers[0].settings["acks"] == "1"


def test_claims_of_both_are_promised(both: Scenario) -> None:
    unclaimed = msgspec.structs.replace(both, claims=())
    alone = [msgspec.structs.replace(each, claims=()) for each in (LOG, PIPELINE)]
    assert {"durability", "capture"} <= set(promised(unclaimed))
    assert set(promised(unclaimed)) == {name for each in alone for name in promised(each)}


def test_every_worker_that_draws_has_a_stream(both: Scenario) -> None:
    streams = compile_plan(both, 1).streams
    alone = [compile_plan(each, 1).streams for each in (LOG, PIPELINE)]
    assert set(streams) == {name for each in alone for name in each}


def test_two_workers_of_one_name_are_refused(both: Scenario) -> None:
    (writer, *_) = both.pipeline.writers
    log = LogWorkload(
        topics=(Topic(name="orders"),), producers=(Producers(name=writer.name, topic="orders"),)
    )
    assert isinstance(both.workload, MixedWorkload)
    with pytest.raises(UsageError, match=f"{writer.name}-0"):
        compile_plan(both.with_log(log), 1)


def test_its_pipeline_may_begin_elsewhere(both: Scenario) -> None:
    moved = on_source(both, "postgres")
    assert moved.pipeline.source == "postgres"
    assert moved.log_workload == both.log_workload
