"""Transactions: all of one is seen or nothing, whoever dies, aborts, stops or comes back."""

import pytest

from harness.api import (
    Consumers,
    LogWorkload,
    Producers,
    Role,
    Scenario,
    Topic,
    Topology,
    Transactions,
    after,
    leader,
    transaction_coordinator,
    worse,
)
from harness.plugin import RunScenario, nightly

pytestmark = [pytest.mark.docker, pytest.mark.controls, pytest.mark.claim("atomicity")]

ORDERS = Topic(name="orders", partitions=3)
AUDIT = Topic(name="audit", partitions=2)
READER = Consumers(name="reader", topic="orders", mode="assigned")
AUDITOR = Consumers(name="auditor", topic="audit", mode="assigned")
CLAIMS = ("atomicity", "durability", "ordering", "no-duplicates", "integrity", "reading")


def transactional(**rules: float) -> LogWorkload:
    """Two producers whose transactions span two topics of several partitions each."""
    shared = Transactions(topics=("audit",), **rules)  # type: ignore[arg-type]
    producers = Producers(topic="orders", count=2, rate_per_s=300, transactions=shared)
    return LogWorkload(topics=(ORDERS, AUDIT), producers=(producers,), consumers=(READER, AUDITOR))


def broker_dies(name: str, about: str, broker: Role) -> Scenario:
    """A broker is killed under transactions, some of which are aborted."""
    return Scenario(
        name=name,
        about=about,
        claims=CLAIMS,
        workload=transactional(aborted=0.2),
        steps=(
            after(acks=200, spread=0.5).kill(broker),
            after(acks=200, limit_s=20).heal("kill"),
        ),
        aftermath_acks=100,
    )


LEADER_DIES = broker_dies(
    "txn-leader",
    "The leader of one of the partitions that transactions write to dies",
    leader("orders"),
)
COORDINATOR_DIES = broker_dies(
    "txn-coordinator",
    "The broker that coordinates a producer's transactions dies",
    transaction_coordinator("producer-0"),
)
ZOMBIES = Scenario(
    name="txn-zombie",
    about="In mid-transaction a second process takes over the id; the first goes on and commits",
    claims=CLAIMS,
    workload=transactional(takeover_every=5),
    baseline_acks=400,
)
ABORTS = Scenario(
    name="p-readuncommitted",
    about="Every other transaction is aborted",
    claims=("integrity",),
    workload=transactional(aborted=0.5),
    baseline_acks=300,
)
ABORTS_SEEN = worse(
    ABORTS,
    "p-readuncommitted-bad",
    "isolation.level=read_uncommitted: readers do not wait for a transaction to end",
    consumers={"isolation.level": "read_uncommitted"},
)


def stopping(name: str, **rules: int) -> Producers:
    """Small transactions, which a coordinator aborts that are open for three seconds."""
    return Producers(
        name=name,
        topic="orders",
        rate_per_s=100,
        settings={"transaction.timeout.ms": 3000},
        transactions=Transactions(records=4, **rules),  # type: ignore[arg-type]
    )


STOPPED = Scenario(
    name="p-hangtxn",
    about="A producer stops in mid-transaction; transaction.timeout.ms bounds what that holds back",
    claims=("progress", "atomicity", "durability", "reading"),
    topology=Topology(
        broker_settings={"transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000}
    ),
    workload=LogWorkload(
        topics=(Topic(name="orders"),),
        producers=(stopping("producer"), stopping("stopper", stops_after=20)),
        consumers=(Consumers(name="reader", topic="orders", mode="assigned", within_ms=12_000),),
    ),
    baseline_acks=500,
)
STOPPED_FOR_LONG = worse(
    STOPPED,
    "p-hangtxn-bad",
    "transaction.timeout.ms=25000: nobody aborts what is open before that",
    producers={"transaction.timeout.ms": 25_000},
)

VALID = [LEADER_DIES, COORDINATOR_DIES, ZOMBIES, ABORTS, STOPPED]
INVALID = {"G1a": ABORTS_SEEN, "stuck": STOPPED_FOR_LONG}


@pytest.mark.parametrize("scenario", [nightly(each) for each in VALID], ids=lambda each: each.name)
def test_transactions_are_atomic(run_scenario: RunScenario, scenario: Scenario) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(("kind", "scenario"), [nightly(*each) for each in INVALID.items()])
def test_what_settings_permit_is_seen(
    run_scenario: RunScenario, kind: str, scenario: Scenario
) -> None:
    run_scenario(scenario).must_show(kind)
