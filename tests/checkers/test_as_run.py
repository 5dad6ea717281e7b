"""Promises follow from what servers said they run with, not from what the scenario declares."""

from typing import Literal

import msgspec
import pytest

from harness.checkers.verdict.as_run import as_run, differing
from harness.checkers.verdict.promises import permitted, promised
from harness.model.facts import Facts, RunSettings
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import LogWorkload, Producers, Topic

SAFE: Settings = {"acks": "all", "enable.idempotence": True}
DECLARED = Scenario(
    name="declared",
    about="Safe, as far as anybody declared it",
    workload=LogWorkload(
        topics=(Topic(name="orders"),), producers=(Producers(topic="orders", settings=SAFE),)
    ),
)


def read(**values: dict[str, str]) -> Facts:
    named = {of.replace("_", "-"): each for of, each in values.items()}
    return Facts(settings=tuple(RunSettings(of=of, values=each) for of, each in named.items()))


def test_without_such_facts_the_declared_scenario_counts() -> None:
    assert as_run(DECLARED, Facts()) is DECLARED


def test_a_topic_that_runs_with_less_promises_less() -> None:
    facts = Facts(settings=(RunSettings(of="topic orders", values={"min.insync.replicas": "1"}),))
    assert "durability" in promised(DECLARED)
    ran = as_run(DECLARED, facts)
    assert "durability" not in promised(ran)
    (reason,) = permitted(ran)["lost-write"]
    assert "min.insync.replicas=1" in reason


def test_a_topic_that_runs_with_more_than_was_declared_promises_it() -> None:
    topics = (Topic(name="orders", settings={"min.insync.replicas": 1}),)
    workload = msgspec.structs.replace(DECLARED.log_workload, topics=topics)
    loose = msgspec.structs.replace(DECLARED, workload=workload)
    assert "durability" not in promised(loose)
    facts = Facts(settings=(RunSettings(of="topic orders", values={"min.insync.replicas": "2"}),))
    assert "durability" in promised(as_run(loose, facts))


def test_what_all_brokers_say_counts() -> None:
    facts = read(
        broker_1={"min.insync.replicas": "1"},
        broker_2={"min.insync.replicas": "1"},
        broker_3={"min.insync.replicas": "1"},
    )
    assert as_run(DECLARED, facts).topology.broker_settings == {"min.insync.replicas": "1"}
    assert list(differing(DECLARED, facts)) == []


def test_brokers_that_differ_prove_nothing_and_are_named() -> None:
    facts = read(broker_1={"min.insync.replicas": "2"}, broker_2={"min.insync.replicas": "1"})
    assert as_run(DECLARED, facts).topology == DECLARED.topology
    assert list(differing(DECLARED, facts)) == [
        "brokers run with different values of min.insync.replicas: broker-1 has 2, broker-2 has 1"
    ]


@pytest.mark.parametrize(
    ("server", "name", "value", "kind"),
    [
        ("mysql", "sync_binlog", "0", "lost-change"),
        ("postgres", "synchronous_commit", "off", "lost-change"),
    ],
)
def test_a_database_that_runs_with_less_promises_less(
    server: Literal["mysql", "postgres"], name: str, value: str, kind: str
) -> None:
    declared = Scenario(
        name="pipeline",
        about="A source",
        topology=Topology(mysql=True, postgres=True),
        workload=PipelineWorkload(tables=(), writers=(), source=server),
    )
    assert kind not in permitted(declared)
    (reason,) = permitted(as_run(declared, read(**{server: {name: value}})))[kind]
    assert f"{name}={value}" in reason
