"""Ids of schemas: what the registry said of them over time, and what their records are now."""

import msgspec
import pytest

from harness.checkers.verdict.promises import permitted, promised
from harness.history.flow_build import Change
from harness.model.facts import Facts, SchemaEvent
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.verdict import Validity
from tests.checkers.flows import FEED_HOP, LOG, TOPICS, Run, blamed, everything_read, pipeline

SCENARIO = pipeline(copies=(), claims=("schema-ids",))


def answered(*schemas: str, number: int = 2) -> Facts:
    """Facts of a run in which the registry gave these for an id, empty where it knew none."""
    events = tuple(
        SchemaEvent(time_ns=at, number=number, schema=schema) for at, schema in enumerate(schemas)
    )
    return msgspec.structs.replace(everything_read(SCENARIO), schemas=events)


def run(*, misread: bool = False, unreadable: bool = False) -> Run:
    """Two inserts by schema 2, of which the second may be taken for another row version."""
    run = Run()
    run.put(1)
    run.put(2)
    first, second = run.flow.changes
    op = run.flow.drain(TOPICS)
    run.flow.event(TOPICS, LOG, first, op=op, schema=2)
    told = Change(table="orders", key=2, version=2, before=2) if misread else second
    run.flow.event(TOPICS, LOG, told, "unreadable" if unreadable else None, op=op, schema=2)
    run.flow.rows("mysql", run.flow.state())
    return run


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (answered("a", "b"), {"schema-id-changed"}),
        (answered("a", "", "b"), {"schema-id-changed"}),
        (answered("a", ""), {"schema-lost"}),
        (answered("a", "b", ""), {"schema-id-changed", "schema-lost"}),
        (answered("a"), set()),
        (answered("a", "", "a"), set()),
        (answered("a", "b", number=3), set()),
        (answered(), set()),
    ],
)
def test_an_id_that_records_carry_keeps_its_schema(facts: Facts, kinds: set[str]) -> None:
    verdict = run().verdict(SCENARIO, facts)
    assert blamed(verdict) == {kind: {FEED_HOP: 1} for kind in kinds}
    assert (verdict.validity is Validity.INVALID) is bool(kinds)


@pytest.mark.parametrize("broken", ["misread", "unreadable"])
def test_a_record_of_such_an_id_that_tells_no_truth_is_aliased(broken: str) -> None:
    flow = run(misread=broken == "misread", unreadable=broken == "unreadable")
    assert blamed(flow.verdict(SCENARIO, answered("a", "b")))["aliased-record"] == {FEED_HOP: 1}
    assert not flow.verdict(SCENARIO, answered("a")).shows("aliased-record")
    assert not flow.verdict(SCENARIO, answered("a", "")).shows("aliased-record")


def test_the_proof_tells_what_the_registry_said() -> None:
    verdict = run(misread=True).verdict(SCENARIO, answered("a", "b"))
    (finding,) = (each for each in verdict.findings if each.kind == "aliased-record")
    told = " ".join(finding.examples[0].because)
    assert "for id 2 the registry gave schema a at 0.0 s, then schema b" in told
    assert "offset 1 of orders-0" in told


def test_a_journal_that_ends_permits_it() -> None:
    def kept(retention_ms: int) -> Scenario:
        settings: Settings = {"apicurio.kafkasql.topic.retention.ms": retention_ms}
        topology = Topology(registry=True, registry_settings=settings)
        return msgspec.structs.replace(pipeline(), topology=topology)

    assert "schema-ids" in promised(kept(-1))
    assert "schema-ids" not in promised(kept(1000))
    assert "retention.ms=1000" in permitted(kept(1000))["aliased-record"][0]
