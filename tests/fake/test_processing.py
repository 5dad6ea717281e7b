"""Workers between two topics, on the fake stack: every way of progress, with and without kills."""

import polars as pl
import pytest

from harness.api import LogWorkload, Processors, Producers, Scenario, Topic, after, service
from harness.history.history import History
from harness.history.load import load
from harness.model.fault import Step
from harness.model.value import Settings
from harness.model.verdict import Validity
from tests.fake.conftest import RunFake

KILL = (after(results=200).kill(service("enrich-0")), after(acks=500).heal("kill"))


def processing(progress: str, *steps: Step, **settings: object) -> Scenario:
    """Two workers from two partitions to two partitions."""
    processors = Processors(
        name="enrich",
        source="orders",
        sink="enriched",
        count=2,
        progress=progress,  # type: ignore[arg-type]
        **settings,  # type: ignore[arg-type]
    )
    topics = (Topic(name="orders", partitions=2), Topic(name="enriched", partitions=2))
    safe: Settings = {"acks": "all", "enable.idempotence": True}
    return Scenario(
        name=f"processing-{progress}",
        about="Workers make a record of one topic from each record of another",
        claims=("durability",),
        workload=LogWorkload(
            topics=topics,
            producers=(Producers(topic="orders", settings=safe),),
            processors=(processors,),
        ),
        steps=steps,
        aftermath_acks=100,
    )


def origins_in_the_sink(history: History) -> list[int]:
    """The record that each result of the final read was made from, in order of value."""
    final = history.operations.filter(pl.col("f") == "drain")
    read = history.reads.join(final, on="op").join(history.origins, on="value")
    return sorted(read["origin"].to_list())


def sent(history: History) -> list[int]:
    """What producers were told to be in the source."""
    made = history.origins["value"].implode()
    return sorted(history.sends.filter(~pl.col("value").is_in(made))["value"].to_list())


@pytest.mark.parametrize("progress", ["auto", "before", "after", "transaction"])
def test_each_record_comes_out_once_when_nothing_breaks(run_fake: RunFake, progress: str) -> None:
    run = run_fake(processing(progress), 1)
    history = load(run.folder.history)
    assert run.verdict.validity == Validity.VALID, run.verdict.headline
    assert origins_in_the_sink(history) == sent(history) != []


def test_what_a_killed_worker_left_is_done_by_others(run_fake: RunFake) -> None:
    run = run_fake(processing("after", *KILL), 1)
    history = load(run.folder.history)
    assert run.verdict.validity == Validity.VALID, run.verdict.headline
    assert set(origins_in_the_sink(history)) == set(sent(history))
    lives = history.processes.filter(pl.col("client") == "processor")["name"].to_list()
    assert sorted(lives) == ["enrich-0", "enrich-0", "enrich-1"]


def test_threads_make_what_one_makes(run_fake: RunFake) -> None:
    run = run_fake(processing("after", threads=4), 1)
    history = load(run.folder.history)
    assert run.verdict.validity == Validity.VALID, run.verdict.headline
    assert origins_in_the_sink(history) == sent(history) != []


def test_a_group_that_has_committed_nothing_begins_where_it_is_told_to(run_fake: RunFake) -> None:
    run = run_fake(processing("after", *KILL, threads=2, start=40), 1)
    history = load(run.folder.history)
    assert run.verdict.validity == Validity.VALID, run.verdict.headline
    source = history.logs.filter(pl.col("name").str.starts_with("orders"))["log"]
    late = history.sends.filter(pl.col("log").is_in(source.implode()), pl.col("offset") >= 40)
    assert set(origins_in_the_sink(history)) == set(late["value"])
