"""Kinds of anomaly that facts show, without any history: brokers that stay away, long sessions."""

import msgspec
import pytest

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts, FaultEvent, RevivedEvent, Session
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.verdict import Verdict
from tests.checkers.verdicts import found, scenario

BARE = Topology()
MEMORY = "/dev/shm/zookeeper"  # noqa: S108 - of a server, not ours


def verdict(facts: Facts, claim: str, topology: Topology = BARE) -> Verdict:
    of = msgspec.structs.replace(scenario(claims=(claim,)), topology=topology)
    return judge(HistoryBuilder().history(), facts, of)


def fault(event: str) -> FaultEvent:
    told = {"step": "kill", "kind": "process.kill", "targets": ("broker-1",), "event": event}
    return msgspec.convert({**told, "time_ns": 7_000_000_000}, FaultEvent)


def test_a_broker_that_was_started_and_does_not_run_is_dead() -> None:
    facts = Facts(faults=(fault("healed"),), exited=("broker-1",))
    dead = verdict(facts, "recovery")
    assert found(dead) == {"dead-service": 1}
    (finding,) = dead.findings
    assert finding.examples[0].because == (
        "broker-1 was started again at 7.0 s",
        "broker-1 does not run in the end",
    )
    assert found(verdict(Facts(faults=(fault("healed"),)), "recovery")) == {}


def test_a_broker_that_was_started_once_more_and_does_not_run_is_dead() -> None:
    again = RevivedEvent(time_ns=9_000_000_000, service="broker-1")
    facts = Facts(faults=(fault("healed"),), revived=(again,), exited=("broker-1",))
    (finding,) = verdict(facts, "recovery").findings
    assert "it exited again, and was restarted again at 9.0 s" in finding.examples[0].because
    stayed = Facts(faults=(fault("healed"),), revived=(again,))
    assert found(verdict(stayed, "recovery")) == {}


def test_a_broker_that_could_not_be_started_proves_nothing() -> None:
    facts = Facts(faults=(fault("failed"),), exited=("broker-1",))
    assert found(verdict(facts, "recovery")) == {}


@pytest.mark.parametrize(("granted_ms", "brokers"), [(3000, 0), (6000, 1)])
def test_a_session_is_as_long_as_it_was_asked_for(granted_ms: int, brokers: int) -> None:
    sessions = (Session(service="broker-1", timeout_ms=granted_ms),)
    asked: Settings = {"zookeeper.session.timeout.ms": 3000}
    done = verdict(Facts(sessions=sessions), "failover", Topology(broker_settings=asked))
    assert found(done) == ({"longer-session": brokers} if brokers else {})


def test_a_claim_about_sessions_needs_to_have_seen_one() -> None:
    assert any("no session of a broker" in each for each in verdict(Facts(), "failover").unknowns)


@pytest.mark.parametrize(
    ("settings", "kind"),
    [({"tickTime": 4000}, "longer-session"), ({"dataDir": MEMORY}, "dead-service")],
)
def test_settings_of_zookeeper_permit_them(settings: Settings, kind: str) -> None:
    sessions = (Session(service="broker-1", timeout_ms=8000),)
    facts = Facts(sessions=sessions, exited=("broker-1",))
    bare = msgspec.structs.replace(
        scenario(), topology=Topology(zookeeper_settings=settings), claims=()
    )
    findings = {each.kind: each for each in judge(HistoryBuilder().history(), facts, bare).findings}
    assert findings[kind].permitted_by
    assert not findings[kind].counts
