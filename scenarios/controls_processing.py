"""Controls of what workers between two topics promise.

Workers read orders and send one record for each to another topic. The race is forced: a worker is
held between two of its acts, and killed or frozen there.
"""

import msgspec

from harness.api import (
    Control,
    LogWorkload,
    Processors,
    Producers,
    Scenario,
    Topic,
    after,
    after_rebalance,
    worker,
    worse,
)
from harness.model.value import Scalar, Settings

TOPICS = (Topic(name="orders", partitions=2), Topic(name="enriched", partitions=2))
SAFE: Settings = {"acks": "all", "enable.idempotence": True}
ORDERS = Producers(topic="orders", settings=SAFE, rate_per_s=200)
# Threads wait for each result by itself: of a backlog they would hardly get rid.
FEW_ORDERS = msgspec.structs.replace(ORDERS, rate_per_s=100)
# So many keys that some are not written again between a zombie's late write and the end.
MANY_KEYS = Producers(topic="orders", settings=SAFE, rate_per_s=400, keys=3000)
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


def pool(start: int = 0, consumer: Settings = SESSION) -> Processors:
    """The same with four threads each, which keep the order of a key."""
    return msgspec.structs.replace(enrich("after"), threads=4, start=start, consumer=consumer)


def workload(processors: Processors, orders: Producers = ORDERS) -> LogWorkload:
    """Orders that are made into enriched orders."""
    return LogWorkload(topics=TOPICS, producers=(orders,), processors=(processors,))


STORED_TOO_EARLY = Scenario(
    name="c-autostore",
    about="A worker dies while it processes records; its client commits in the background",
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

DONE_AGAIN = Scenario(
    name="c-processfirst",
    about=(
        "A worker dies between its results and its commit; the consumer of results deduplicates "
        "them"
    ),
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

ONE_STALLS = Scenario(
    name="c-poolorder",
    about="One thread of a worker stalls with a record, and the others continue",
    claims=NOTHING_IS_LEFT_OUT,
    # Nobody dies here, so a short session only loses members that the machine holds up.
    workload=workload(pool(consumer={}), FEW_ORDERS),
    steps=(
        after(results=50, spread=0.5).hold(worker("enrich"), at="before-produce"),
        after(results=300).heal("hold"),
    ),
    aftermath_acks=100,
)

ASLEEP = Scenario(
    name="c-zombie",
    about="A worker freezes between poll and write for longer than its session, and then writes",
    claims=(*NOTHING_IS_LEFT_OUT, "last-values"),
    workload=workload(msgspec.structs.replace(enrich("after"), versioned=True), MANY_KEYS),
    steps=(
        after(results=100, spread=0.5).hold(worker("enrich"), at="before-produce"),
        after().pause(worker("enrich")),
        after_rebalance("enrich").go_on(name="taken-over"),
        after(results=3000).heal("hold"),
        after().heal("pause"),
    ),
    aftermath_acks=50,
)

RESTARTED = Scenario(
    name="p-restart",
    about="A worker dies between its results and its commit, and is started again",
    claims=EXACTLY_ONCE,
    workload=workload(enrich("transaction")),
    steps=DONE_AGAIN.steps,
    aftermath_acks=100,
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
        after_rebalance("enrich").go_on(name="taken-over"),
        after(results=1000).heal("hold"),
        after(results=50).heal("pause"),
    ),
    aftermath_acks=200,
)

PROCESSING = (
    Control(
        id="C-AUTOSTORE",
        grade="D",
        good=STORED_TOO_EARLY,
        bad=worse(
            STORED_TOO_EARLY,
            "c-autostore-bad",
            "enable.auto.offset.store=true, the default: delivered records count as processed",
            processors={"enable.auto.offset.store": True},
        ),
        shows=("unprocessed",),
        forced=(
            "the worker is held with unprocessed records until its client's timer has committed "
            "ten times, and is killed there"
        ),
        nightly=False,
    ),
    Control(
        id="C-COMMITFIRST",
        grade="D",
        good=COMMIT_FIRST,
        bad=worse(
            COMMIT_FIRST,
            "c-commitfirst-bad",
            "progress=before: commit, then process",
            progress="before",
        ),
        shows=("unprocessed",),
        forced="the worker is held where its batch is committed, and nothing of it is sent, and "
        "killed there",
    ),
    Control(
        id="C-PROCESSFIRST",
        grade="D",
        good=DONE_AGAIN,
        bad=worse(
            DONE_AGAIN,
            "c-processfirst-bad",
            "deduplicated=false: the effect of a record is not idempotent",
            deduplicated=False,
        ),
        shows=("double-processing",),
        forced="the worker is held where its results are acknowledged and nothing is committed, "
        "and killed there",
    ),
    Control(
        id="C-POOLORDER",
        grade="H",
        good=ONE_STALLS,
        bad=worse(
            ONE_STALLS,
            "c-poolorder-bad",
            "lanes=false: each record goes to the next thread, whatever its key",
            lanes=False,
        ),
        shows=("reordered-result",),
        forced="one thread is held with a record until the others have made 300 results, "
        "among them later ones of its key",
    ),
    Control(
        id="C-ZOMBIE",
        grade="D",
        good=ASLEEP,
        bad=worse(
            ASLEEP,
            "c-zombie-bad",
            "versioned=false: the last write wins",
            versioned=False,
        ),
        shows=("stale-result",),
        forced="the worker is held between poll and write, and frozen there until its group has "
        "settled without it and the other one has made 3000 results; most of its keys have later "
        "results by then, and not all get another after it wakes",
        nightly=False,
    ),
    Control(
        id="P-RESTART",
        grade="D",
        good=RESTARTED,
        bad=worse(
            RESTARTED,
            "p-restart-bad",
            "progress=after: an idempotent producer, yet no transaction",
            progress="after",
        ),
        shows=("double-processing",),
        forced="the worker is held where its results are sent and nothing is committed, and killed "
        "there",
        nightly=False,
    ),
    Control(
        id="P-ZOMBIETXN",
        grade="D",
        good=ZOMBIE,
        bad=worse(
            ZOMBIE,
            "p-zombietxn-bad",
            "progress=after: transactions whose offsets are committed beside them",
            progress="after",
        ),
        shows=("double-processing",),
        forced="the worker is frozen in its open transaction until its group has settled without "
        "it and another one has made 1000 results, those of its records among them; then it goes "
        "on to commit",
    ),
)
