"""Controls of what a producer promises."""

import msgspec

from harness.api import (
    Control,
    LogWorkload,
    Producers,
    Scenario,
    Transactions,
    after,
    broker,
    leader,
    worse,
)
from harness.model.value import Scalar, Settings

from .controls_brokers import ORDERS, SAFE, durable

ONCE_IN_ORDER = ("durability", "ordering", "no-duplicates")


def careless(**settings: Scalar) -> Producers:
    """An application that takes a record as sent once produce() has been called."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    return Producers(
        topic="orders", settings={**SAFE.settings, **named}, belief="enqueue", rate_per_s=1000
    )


LEADER_STALLS = durable(
    "p-pausedup",
    "The leader stalls for longer than the client waits; retry and original both land",
    after(acks=200, spread=0.5).pause(leader("orders")),
    after(seconds=3).heal("pause"),
    claims=ONCE_IN_ORDER,
    producers=Producers(
        topic="orders",
        settings={**SAFE.settings, "socket.timeout.ms": 1000, "retry.backoff.ms": 100},
    ),
    aftermath_acks=200,
)

EXIT_WITHOUT_FLUSH = Scenario(
    name="p-noflush",
    about="An application that believes produce() ends",
    claims=("durability",),
    workload=LogWorkload(topics=(ORDERS,), producers=(careless(linger_ms=1000),)),
)

QUEUE_FULL = durable(
    "p-buffull",
    "The leader stalls for so long that the client's queue is full",
    after(acks=200, spread=0.5).pause(leader("orders")),
    after(seconds=4).heal("pause"),
    producers=Producers(
        topic="orders",
        settings={**SAFE.settings, "queue.buffering.max.messages": 1000},
        rate_per_s=1000,
    ),
)

GIVEN_UP = durable(
    "p-timeout-ignored",
    "The leader stalls; the application never looks at delivery reports",
    after(acks=200, spread=0.5).pause(leader("orders")),
    after(seconds=5).heal("pause"),
    producers=careless(message_timeout_ms=60000),
)


def bug_hunt(
    name: str = "p-4953",
    about: str = "Leaders of twelve partitions move, and a client loses connections with batches "
    "on their way",
    transactions: Transactions | None = None,
) -> Scenario:
    """What provokes issue 4953 of librdkafka, perhaps: leaders move, connections break.

    An answer OUT_OF_ORDER_SEQUENCE for one partition begins a new epoch for all, under which a
    batch of another partition, which its leader may have, is written again. In a transaction that
    aborts it, and the application begins the transaction anew.
    """
    idempotent: Settings = {} if transactions else SAFE.settings
    return Scenario(
        name=name,
        about=about,
        claims=ONCE_IN_ORDER,
        workload=LogWorkload(
            topics=(msgspec.structs.replace(ORDERS, partitions=12),),
            producers=(
                Producers(
                    topic="orders",
                    settings={
                        **idempotent,
                        "max.in.flight": 5,
                        "linger.ms": 0,
                        "socket.timeout.ms": 1000,
                        "retry.backoff.ms": 50,
                    },
                    rate_per_s=2000,
                    keys=64,
                    transactions=transactions,
                ),
            ),
        ),
        steps=tuple(
            step
            for turn in range(3)
            for step in (
                after(acks=500, spread=0.5).pause(broker(), name=f"pause-{turn}"),
                after(seconds=2, spread=0.5).heal(f"pause-{turn}"),
                after(acks=500, spread=0.5).cut_link(broker(), caller="client", name=f"cut-{turn}"),
                after(seconds=2, spread=0.5).heal(f"cut-{turn}"),
                after(acks=500, whole=True).restart(broker(), name=f"restart-{turn}"),
            )
        ),
        aftermath_acks=500,
    )


PRODUCERS = (
    Control(
        id="P-PAUSEDUP",
        grade="H",
        good=LEADER_STALLS,
        bad=worse(
            LEADER_STALLS,
            "p-pausedup-bad",
            "enable.idempotence=false: the broker cannot tell a retry from a new record",
            producers={"enable.idempotence": False},
        ),
        shows=("duplicate",),
        forced="the leader sleeps for longer than the client waits for an answer, so that what is "
        "in its socket is sent a second time before it wakes",
        nightly=False,
    ),
    Control(
        id="P-NOFLUSH",
        grade="D",
        good=EXIT_WITHOUT_FLUSH,
        bad=worse(
            EXIT_WITHOUT_FLUSH,
            "p-noflush-bad",
            "the application exits without flush()",
            ending="leave",
        ),
        shows=("unsent",),
        forced="linger.ms keeps records in the client's queue for a second, and the application "
        "leaves while it is sending",
        nightly=False,
    ),
    Control(
        id="P-BUFFULL",
        grade="D",
        good=QUEUE_FULL,
        bad=worse(
            QUEUE_FULL,
            "p-buffull-bad",
            "BufferError is swallowed: the application takes what did not fit as sent",
            belief="enqueue",
        ),
        shows=("unsent",),
        forced="the leader sleeps for as long as it takes to send four times what the queue holds",
    ),
    Control(
        id="P-TIMEOUT-IGNORED",
        grade="D",
        good=GIVEN_UP,
        bad=worse(
            GIVEN_UP,
            "p-timeout-ignored-bad",
            "message.timeout.ms=2000: the send times out, and the application ignores it",
            producers={"message.timeout.ms": 2000},
        ),
        shows=("unsent",),
        forced="the leader sleeps for more than twice as long as a record may wait in the queue",
    ),
)
