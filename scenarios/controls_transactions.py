"""Controls of what transactions promise."""

from harness.api import (
    Consumers,
    Control,
    Limits,
    LogWorkload,
    Producers,
    Scenario,
    Topic,
    Topology,
    Transactions,
    worse,
)

ORDERS = Topic(name="orders", partitions=3)
AUDIT = Topic(name="audit", partitions=2)
READER = Consumers(name="reader", topic="orders", mode="assigned")
AUDITOR = Consumers(name="auditor", topic="audit", mode="assigned")


def transactional(**rules: float) -> LogWorkload:
    """Two producers whose transactions span two topics of several partitions each."""
    shared = Transactions(topics=("audit",), **rules)  # type: ignore[arg-type]
    producers = Producers(topic="orders", count=2, rate_per_s=300, transactions=shared)
    return LogWorkload(topics=(ORDERS, AUDIT), producers=(producers,), consumers=(READER, AUDITOR))


ABORTS = Scenario(
    name="p-readuncommitted",
    about="Every other transaction is aborted",
    claims=("integrity",),
    workload=transactional(aborted=0.5),
    baseline_acks=300,
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
    about=(
        "A producer stops during a transaction; transaction.timeout.ms limits how long it "
        "blocks readers"
    ),
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
    # A commit for every four records: on a busy machine that takes its time.
    limits=Limits(baseline_s=90),
)

TRANSACTIONS = (
    Control(
        id="P-READUNCOMMITTED",
        grade="D",
        good=ABORTS,
        bad=worse(
            ABORTS,
            "p-readuncommitted-bad",
            "isolation.level=read_uncommitted: readers do not wait for a transaction to end",
            consumers={"isolation.level": "read_uncommitted"},
        ),
        shows=("G1a",),
        forced=(
            "nothing races: every other transaction is aborted after its records have reached "
            "their partitions, where a read_uncommitted consumer reads them"
        ),
        nightly=False,
    ),
    Control(
        id="P-HANGTXN",
        grade="D",
        good=STOPPED,
        bad=worse(
            STOPPED,
            "p-hangtxn-bad",
            "transaction.timeout.ms=25000: an open transaction is not aborted before that",
            producers={"transaction.timeout.ms": 25_000},
        ),
        shows=("stuck",),
        forced="the producer stops in the middle of its 20th transaction for good; its coordinator "
        "lets it be for as long as the setting says, and readers wait for it",
    ),
)
