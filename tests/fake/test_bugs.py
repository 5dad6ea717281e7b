"""Every planted bug is found by the anomaly that it must cause; without bugs nothing is found."""

import msgspec
import pytest

from harness.api import after, worker, worse
from harness.backends.fake.bugs.bug import BUGS
from harness.checkers.verdict.log_claims import log_claims
from harness.engine.catalogue.scenarios import find
from harness.history.load import load
from harness.model.administration import Administrators
from harness.model.scenario import Scenario
from harness.model.value import Settings
from harness.model.workload import (
    Consumers,
    LogWorkload,
    Processors,
    Producers,
    Topic,
    Transactions,
)
from tests.checkers.verdicts import OF_ADMINISTRATION, OF_PIPELINES
from tests.fake.conftest import RunFake

SEEDS = (1, 2, 3)
SAFE: Settings = {"acks": "all", "enable.idempotence": True}


def claiming(scenario: Scenario) -> Scenario:
    """The scenario with every claim that it gives occasion to."""
    return msgspec.structs.replace(scenario, claims=log_claims(scenario))


CALM = Scenario(
    name="calm",
    about="Two topics, three producers, a group and a reader, and nothing breaks",
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=2), Topic(name="refunds")),
        producers=(
            Producers(topic="orders", count=2, settings=SAFE),
            Producers(name="refunder", topic="refunds", settings=SAFE),
        ),
        consumers=(
            Consumers(name="reader", topic="orders", mode="assigned"),
            Consumers(name="billing", topic="orders", count=2),
        ),
    ),
    baseline_acks=800,
)
CALM = claiming(CALM)


TRANSACTIONAL = msgspec.structs.replace(
    CALM,
    name="transactional",
    about="Transactions over two topics, some aborted, some by zombies",
    workload=msgspec.structs.replace(
        CALM.log_workload,
        producers=(
            Producers(
                topic="orders",
                count=2,
                transactions=Transactions(topics=("refunds",), aborted=0.3, takeover_every=7),
            ),
        ),
    ),
)
TRANSACTIONAL = claiming(TRANSACTIONAL)


ADMINISTERED = msgspec.structs.replace(
    CALM,
    name="administered",
    about="Topics are created, changed and deleted all the time, and nothing breaks",
    workload=msgspec.structs.replace(
        CALM.log_workload, administrators=(Administrators(count=4, rate_per_s=500),)
    ),
)
ADMINISTERED = claiming(ADMINISTERED)


def with_producers(scenario: Scenario, count: int) -> Scenario:
    (one,) = scenario.log_workload.producers
    workload = msgspec.structs.replace(
        scenario.log_workload, producers=(msgspec.structs.replace(one, count=count),)
    )
    return msgspec.structs.replace(scenario, workload=workload)


# Bugs that need something to break before they can be seen.
UNDER_FAULTS = {
    "acknowledge-early": find("k-ack1"),
    "forget-producers": find("p-pausedup"),
    "bury-early": find("k-tombstone"),
    "clean-latest": find("k-tombstone"),
    "move-start-back": find("t-retention"),
    "remove-early": find("t-retention"),
    "show-uncommitted": with_producers(find("k-ack1"), 3),
    **dict.fromkeys(
        (
            "drop-commit",
            "commit-backwards",
            "forget-commit",
            "resume-behind",
            "resume-ahead",
            "give-twice",
            "give-early",
        ),
        find("c-churn"),
    ),
}
OF_TRANSACTIONS = (
    "tear-commit",
    "keep-aborted",
    "show-open",
    "forget-fencing",
    "swap-in-transaction",
)
SCENARIOS = {**UNDER_FAULTS, **dict.fromkeys(OF_TRANSACTIONS, TRANSACTIONAL)}
# Where partitions end is looked at each second.
SCENARIOS["cut-end"] = msgspec.structs.replace(CALM, name="longer", baseline_acks=3_000)


def polling(
    name: str,
    *,
    producers: tuple[Producers, ...] = (),
    consumers: tuple[Consumers, ...] = (),
    processors: tuple[Processors, ...] = (),
    **polls: str,
) -> Scenario:
    """Transactions to some topics, each of which polls a topic while it is open; others beside."""
    return Scenario(
        name=name,
        about="Transactions poll a topic while they are open",
        claims=("atomicity", "integrity", "reading", "durability", "ordering", "no-duplicates"),
        workload=LogWorkload(
            topics=tuple(
                Topic(name=topic, partitions=2)
                for topic in dict.fromkeys([*polls, *polls.values()])
            ),
            producers=(
                *(
                    Producers(
                        name=f"to-{topic}",
                        topic=topic,
                        transactions=Transactions(records=40, polls=(polled,)),
                    )
                    for topic, polled in polls.items()
                ),
                *producers,
            ),
            consumers=consumers,
            processors=processors,
        ),
        baseline_acks=800,
    )


RESTARTED = find("p-restart")
RESTARTED = msgspec.structs.replace(
    RESTARTED,
    # What is processed twice is handed out twice, which another claim speaks of.
    claims=tuple(claim for claim in RESTARTED.claims if claim != "processing-once"),
)
FROZEN = worse(find("p-zombietxn"), "frozen", "processes, then commits", progress="after")
FROZEN = msgspec.structs.replace(
    FROZEN,
    about="A worker freezes with records in its hand, and sends its results behind those of others",
    claims=("durability", "processing"),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-produce"),
        *FROZEN.steps[1:],
    ),
)
ALONE = {
    ("show-open", "precommitted-read"): polling("reads-itself", orders="orders"),
    ("show-open", "G1c"): polling("read-one-another", orders="refunds", refunds="orders"),
    # A worker makes results of an open transaction, which then polls them.
    ("show-open", "G1c-process"): polling(
        "reads-its-results",
        processors=(Processors(name="refund", source="orders", sink="refunds"),),
        orders="refunds",
    ),
    # A reader is given an open transaction, which then polls what was sent only after that.
    ("show-open", "G1c-realtime"): polling(
        "reads-what-is-later",
        producers=(Producers(name="refunder", topic="refunds", settings=SAFE),),
        consumers=(Consumers(name="reader", topic="orders", mode="assigned"),),
        orders="refunds",
    ),
    ("forget-offsets", "double-processing"): RESTARTED,
    ("keep-offsets", "unprocessed"): RESTARTED,
    ("resume-at-handed", "reordered-result"): FROZEN,
}
"""Bugs and the traffic in which they show a kind, and nothing else that counts."""
PLANTINGS = [
    (bug, kind) for bug, each in BUGS.items() for kind in each.shows if kind not in OF_PIPELINES
]
SCENARIOS |= {bug: ADMINISTERED for bug, kind in PLANTINGS if kind in OF_ADMINISTRATION}


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_bug_nothing_is_found(run_fake: RunFake, seed: int) -> None:
    run = run_fake(CALM, seed)
    run.must_be_valid()
    assert run.verdict.findings == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_bug_transactions_are_atomic(run_fake: RunFake, seed: int) -> None:
    run = run_fake(TRANSACTIONAL, seed)
    run.must_be_valid()
    assert not any(finding.counts for finding in run.verdict.findings)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_bug_topics_are_as_administered(run_fake: RunFake, seed: int) -> None:
    run = run_fake(ADMINISTERED, seed)
    run.must_be_valid()
    assert run.verdict.findings == ()


@pytest.mark.parametrize("bug", UNDER_FAULTS)
def test_under_faults_without_the_bug_nothing_is_found(run_fake: RunFake, bug: str) -> None:
    run_fake(UNDER_FAULTS[bug], 1).must_be_valid()


@pytest.mark.parametrize("kind", [kind for _, kind in ALONE])
def test_without_the_bug_that_shows_a_kind_alone_its_traffic_is_valid(
    run_fake: RunFake, kind: str
) -> None:
    (scenario,) = (each for (_, shown), each in ALONE.items() if shown == kind)
    run_fake(scenario, 1).must_be_valid()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("bug", "kind"), PLANTINGS)
def test_a_planted_bug_is_found(run_fake: RunFake, bug: str, kind: str, seed: int) -> None:
    alone = ALONE.get((bug, kind))
    run = run_fake(alone or SCENARIOS.get(bug, CALM), seed, bug)
    run.must_show(kind)
    if alone is not None:
        assert [each.kind for each in run.verdict.findings if each.counts] == [kind]


def test_the_same_seed_gives_the_same_run(run_fake: RunFake) -> None:
    scenario = find("k-ack1-bad")
    runs = [run_fake(scenario, 7) for _ in range(2)]
    one, two = (load(run.folder.history) for run in runs)
    assert one.operations.equals(two.operations)
    assert one.sends.equals(two.sends)
    assert one.reads.equals(two.reads)
    assert len(one.reads) > 1000
    assert runs[0].verdict.findings == runs[1].verdict.findings
