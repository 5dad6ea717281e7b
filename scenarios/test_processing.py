"""Processing: each record of a topic has its effect once, whatever happens to whom it is handed.

Workers read orders and send one record for each to another topic. The race is forced: a worker is
held between two of its acts, and killed or frozen there.
"""

import msgspec
import pytest

from harness.api import (
    LogWorkload,
    Processors,
    Producers,
    Scenario,
    Topic,
    after,
    brokers,
    leader,
    worker,
    worse,
)
from harness.model.value import Scalar, Settings
from harness.plugin import RunScenario, nightly

pytestmark = [pytest.mark.docker, pytest.mark.controls, pytest.mark.claim("processing")]

TOPICS = (Topic(name="orders", partitions=2), Topic(name="enriched", partitions=2))
SAFE: Settings = {"acks": "all", "enable.idempotence": True}
ORDERS = Producers(topic="orders", settings=SAFE, rate_per_s=200)
NOTHING_IS_LEFT_OUT = ("durability", "processing")
ONCE = (*NOTHING_IS_LEFT_OUT, "exactly-once")
EXACTLY_ONCE = (*ONCE, "processing-once", "atomicity", "integrity")
# Before it takes over, the group waits for a worker that is gone as long as its session lasts.
SESSION: Settings = {
    "session.timeout.ms": 3000,
    "heartbeat.interval.ms": 500,
}


def enrich(progress: str, **settings: Scalar) -> Processors:
    """Two workers that send results idempotently."""
    return Processors(
        name="enrich",
        source="orders",
        sink="enriched",
        count=2,
        progress=progress,  # type: ignore[arg-type]
        consumer={**SESSION, **settings},
        producer=SAFE,
    )


def pool(start: int = 0) -> Processors:
    """The same with four threads each, which keep the order of a key."""
    return msgspec.structs.replace(enrich("after"), threads=4, start=start)


def workload(processors: Processors) -> LogWorkload:
    """Orders that are made into enriched orders."""
    return LogWorkload(topics=TOPICS, producers=(ORDERS,), processors=(processors,))


STORED_TOO_EARLY = Scenario(
    name="c-autostore",
    about="A worker dies with records in hand, while its client commits in the background",
    claims=NOTHING_IS_LEFT_OUT,
    workload=workload(
        enrich("auto", **{"auto.commit.interval.ms": 100, "enable.auto.offset.store": False})
    ),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-produce"),
        after(seconds=1).kill(worker("enrich")),
        after(results=50).heal("kill"),
        after(results=50).heal("hold"),
    ),
    aftermath_acks=100,
)
STORED_TOO_EARLY_BAD = worse(
    STORED_TOO_EARLY,
    "c-autostore-bad",
    "enable.auto.offset.store=true, as by default: what is handed out counts as done",
    processors={"enable.auto.offset.store": True},
)

COMMIT_FIRST = Scenario(
    name="c-commitfirst",
    about="A worker dies between processing and commit, or the other way round",
    claims=NOTHING_IS_LEFT_OUT,
    workload=workload(enrich("after")),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-produce"),
        after().kill(worker("enrich")),
        after(results=50).heal("kill"),
        after(results=50).heal("hold"),
    ),
    aftermath_acks=100,
)
COMMIT_FIRST_BAD = worse(
    COMMIT_FIRST,
    "c-commitfirst-bad",
    "progress=before: commit, then process",
    progress="before",
)

DONE_AGAIN = Scenario(
    name="c-processfirst",
    about="A worker dies between its results and its commit; whoever takes results knows them",
    claims=ONCE,
    workload=workload(msgspec.structs.replace(enrich("after"), deduplicated=True)),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-commit"),
        after().kill(worker("enrich")),
        after(results=50).heal("kill"),
        after(results=50).heal("hold"),
    ),
    aftermath_acks=100,
)
DONE_AGAIN_BAD = worse(
    DONE_AGAIN,
    "c-processfirst-bad",
    "deduplicated=false: the effect of a record is not idempotent",
    deduplicated=False,
)

ONE_STALLS = Scenario(
    name="c-poolorder",
    about="One of a worker's threads stalls with a record in hand, and the others go on",
    claims=NOTHING_IS_LEFT_OUT,
    workload=workload(pool()),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-produce"),
        after(results=400).heal("hold"),
    ),
    aftermath_acks=100,
)
ONE_STALLS_BAD = worse(
    ONE_STALLS,
    "c-poolorder-bad",
    "lanes=false: each record goes to the next thread, whatever its key",
    lanes=False,
)

LANES = Scenario(
    name="c-lanes",
    about="Workers of several threads begin at given offsets; one dies with a record in the hand "
    "of a thread that stalls, the other freezes for longer than its session",
    claims=NOTHING_IS_LEFT_OUT,
    workload=workload(pool(start=50)),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-produce"),
        after(results=200).kill(worker("enrich")),
        after(results=100).heal("kill"),
        after(results=50).heal("hold"),
        after(results=100).pause(worker("enrich", 1)),
        after(seconds=5).heal("pause"),
    ),
    aftermath_acks=100,
)

RESTARTED = Scenario(
    name="p-restart",
    about="A worker dies between its results and its commit, and is started again",
    claims=EXACTLY_ONCE,
    workload=workload(enrich("transaction")),
    steps=DONE_AGAIN.steps,
    aftermath_acks=100,
)
RESTARTED_BAD = worse(
    RESTARTED,
    "p-restart-bad",
    "progress=after: an idempotent producer, yet no transaction",
    progress="after",
)

ZOMBIE = Scenario(
    name="p-zombietxn",
    about="A worker freezes in its transaction, another one takes over, and it comes back",
    claims=EXACTLY_ONCE,
    workload=workload(
        # Its producer stays transactional when offsets are committed beside it.
        msgspec.structs.replace(enrich("transaction"), producer={"transactional.id": "enrich"})
    ),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="in-transaction"),
        after().pause(worker("enrich")),
        after(results=1000).heal("hold"),
        after(results=50).heal("pause"),
    ),
    aftermath_acks=200,
)
ZOMBIE_BAD = worse(
    ZOMBIE,
    "p-zombietxn-bad",
    "progress=after: transactions whose offsets are committed beside them",
    progress="after",
)

BROKERS_DIE = Scenario(
    name="p-exactlyonce",
    about="The leader of the results dies, then every broker in turn, coordinators among them",
    claims=EXACTLY_ONCE,
    workload=workload(enrich("transaction")),
    steps=(
        after(results=100, spread=0.5).kill(leader("enriched")),
        after(results=300, limit_s=20).heal("kill"),
        after(whole=True, limit_s=30).rolling_restart(brokers(), how="kill"),
    ),
    aftermath_acks=200,
)


def name_of(value: object) -> str:
    """What a test of a scenario is called."""
    return value.name if isinstance(value, Scenario) else str(value)


@pytest.mark.parametrize(
    "scenario",
    [
        nightly(STORED_TOO_EARLY),
        nightly(COMMIT_FIRST),
        nightly(DONE_AGAIN),
        nightly(ONE_STALLS),
        nightly(LANES),
    ],
    ids=name_of,
)
def test_every_record_is_processed_as_claimed(
    run_scenario: RunScenario, scenario: Scenario
) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        nightly(STORED_TOO_EARLY_BAD, "unprocessed"),
        nightly(COMMIT_FIRST_BAD, "unprocessed"),
        nightly(DONE_AGAIN_BAD, "double-processing"),
        nightly(ONE_STALLS_BAD, "reordered-result"),
    ],
    ids=name_of,
)
def test_one_setting_worse_leaves_out_repeats_or_reorders(
    run_scenario: RunScenario, scenario: Scenario, kind: str
) -> None:
    run_scenario(scenario).must_show(kind)


@pytest.mark.parametrize(
    "scenario",
    [nightly(RESTARTED), nightly(ZOMBIE), nightly(BROKERS_DIE)],
    ids=name_of,
)
def test_offsets_in_the_transaction_of_the_results_process_once(
    run_scenario: RunScenario, scenario: Scenario
) -> None:
    run_scenario(scenario).must_be_valid()


@pytest.mark.parametrize("scenario", [nightly(RESTARTED_BAD), nightly(ZOMBIE_BAD)], ids=name_of)
def test_offsets_beside_the_transaction_process_twice(
    run_scenario: RunScenario, scenario: Scenario
) -> None:
    run_scenario(scenario).must_show("double-processing")
