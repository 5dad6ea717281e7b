"""The traffic of a scenario on topics."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from harness.model.administration import Administrators
from harness.model.ranges import (
    Batch,
    Fraction,
    Index,
    Keys,
    Milliseconds,
    Name,
    Offset,
    Partitions,
    Period,
    RateOrNone,
    Replicas,
    Whole,
    Workers,
)
from harness.model.value import Settings, Value


class Topic(Value, frozen=True, kw_only=True):
    """A topic that a scenario owns; its real name gets the run's prefix."""

    name: Name
    partitions: Partitions = 1
    replicas: Replicas = 3
    settings: Settings = {}


class Transactions(Value, frozen=True, kw_only=True):
    """How a producer groups what it sends into transactions.

    Records of a transaction go to the producer's topic and to `topics` in turn, and by their keys
    to partitions. The seed determines which transactions are aborted; the others are
    committed. `transactional.id` is the producer's own in this run.
    """

    records: Annotated[int, Meta(ge=2, le=1_000_000)] = 10
    topics: tuple[str, ...] = ()
    """Topics besides the producer's own."""
    aborted: Fraction = 0.0
    """The share of transactions that the application aborts, from 0 to 1."""
    takeover_every: Period = 0
    """During every n-th transaction a second process with the same id starts and commits one; then
    the first continues as a zombie. 0: never."""
    stops_after: Period = 0
    """After n transactions the application stops during one and does not return. 0: never."""
    polls: tuple[str, ...] = ()
    """Topics that it polls (read_committed) while a transaction is open; after an aborted one it
    returns to the offsets before it."""


class Producers(Value, frozen=True, kw_only=True):
    """Producers of one kind.

    `settings` are librdkafka's and override the harness's own; promises follow from them.
    `belief` is when the application counts a record as sent: at its delivery report, or as soon as
    `produce()` returns (as an application without callbacks does).
    `ending` is how the application stops: it flushes, or it exits and loses its queue.
    """

    name: Name = "producer"
    client: Literal["python", "console"] = "python"
    """The harness's own, or `kafka-console-producer.sh`, run once for every batch, with the Java
    client's defaults and setting names."""
    topic: str
    count: Workers = 1
    settings: Settings = {}
    rate_per_s: RateOrNone = 500.0
    """Sends per second of each producer; 0: at full speed."""
    batch: Batch = 10
    """Sends between two polls for delivery reports."""
    keys: Keys = 16
    """Distinct keys of each producer; keys of different producers differ."""
    value_bytes: Annotated[int, Meta(ge=16, le=100_000_000)] = 16
    delete_every: Period = 0
    """Every n-th send deletes its key with a tombstone. 0: never."""
    belief: Literal["delivery", "enqueue"] = "delivery"
    ending: Literal["flush", "leave"] = "flush"
    transactions: Transactions | None = None
    """Absent: the producer is not transactional."""

    @property
    def destinations(self) -> tuple[str, ...]:
        """The topics that it sends to."""
        return (self.topic, *(self.transactions.topics if self.transactions else ()))


class Stall(Value, frozen=True, kw_only=True):
    """A consumer that pauses, so that its lag does not depend on chance.

    It reads nothing more from some partitions until the producers have finished.
    """

    reads: Whole
    """After n records of any partition."""
    partitions: tuple[Index, ...]


class Consumers(Value, frozen=True, kw_only=True):
    """Consumers of one kind: members of a group, consumers with assigned partitions, or tools.

    `settings` are librdkafka's, as for producers; `partition.assignment.strategy` is among them.
    `commit` is who commits: the client in the background (`enable.auto.commit`), or the
    application, which commits after it has processed a poll.
    `static` members have a `group.instance.id`: one that comes back in time causes no rebalance.
    """

    name: Name = "consumer"
    topic: str
    count: Workers = 1
    mode: Literal["group", "assigned", "console"] = "group"
    """`console`: `kafka-console-consumer.sh`, run after the producers have finished, with the Java
    client's setting names and defaults, so it reads uncommitted records."""
    settings: Settings = {}
    batch: Batch = 500
    commit: Literal["client", "application"] = "client"
    static: bool = False
    late: bool = False
    """Absent at the start of the run; a step lets them join."""
    start: Offset | None = None
    """With assigned partitions: the start offset in each; None: the earliest."""
    within_ms: Milliseconds | None = None
    """Promised maximum time from the acknowledgement of a record until they receive it."""
    stall: Stall | None = None
    """With assigned partitions only."""


Point: TypeAlias = Literal["before-produce", "in-transaction", "before-commit"]
"""Where a worker can be held: after the poll; in the open transaction, after the results and
before the offsets; before the last commit."""


class Processors(Value, frozen=True, kw_only=True):
    """Workers of one group that make one record of `sink` from each record of `source`.

    Each worker is a separate process and a service, which can be killed, paused and held; `names`
    has the names of the services. `progress` is how it stores its position:

        auto         the client commits stored offsets in the background; with
                     `enable.auto.offset.store=false` the application stores an offset after the
                     results are acknowledged
        before       commit, then process
        after        process, then commit
        transaction  the offsets are committed in the transaction of the results

    A producer with a `transactional.id` is transactional whatever `progress` is; the ids of the
    workers start with it. With `transaction` it is optional.
    """

    name: Name = "processor"
    source: str
    sink: str
    count: Workers = 1
    progress: Literal["auto", "before", "after", "transaction"] = "after"
    consumer: Settings = {}
    producer: Settings = {}
    batch: Batch = 100
    """Records of each commit or transaction."""
    threads: Annotated[int, Meta(ge=1, le=100)] = 1
    """Threads of each worker that make and send results; more than one needs `after`, and a worker
    commits up to the first unprocessed record."""
    lanes: bool = True
    """Records of a key go to the same thread; otherwise each record goes to the next thread."""
    start: Offset = 0
    """The start offset in a partition without a committed offset."""
    deduplicated: bool = False
    """The consumer of results keeps one for each input record, as an upsert by its id does."""
    versioned: bool = False
    """The consumer of results keeps, for each key, the result of the latest record, as a write that
    compares versions does; otherwise the last result that arrives."""

    @property
    def names(self) -> tuple[str, ...]:
        """The services that its workers are: `NAME-0` and so on."""
        return tuple(f"{self.name}-{number}" for number in range(self.count))

    @property
    def is_transactional(self) -> bool:
        """Whether results are sent in transactions."""
        return self.progress == "transaction" or "transactional.id" in self.producer

    @property
    def sending(self) -> Settings:
        """Settings of the producer as far as they promise: a transactional one is idempotent."""
        own: Settings = {"enable.idempotence": True} if self.is_transactional else {}
        return {**self.producer, **own}

    @property
    def stores_itself(self) -> bool:
        """Whether, with `auto`, the application says what the client may commit."""
        stores = str(self.consumer.get("enable.auto.offset.store", True)).lower()
        return self.progress == "auto" and stores == "false"

    @property
    def hop(self) -> str:
        """The name of the hop from source to sink in reports."""
        return f"{self.source} → {self.sink} ({self.name})"


class LogWorkload(Value, frozen=True, kw_only=True, tag="log"):
    """Producers, consumers and processors over topics; a final read of all partitions.

    Administrators have separate topics, and list and describe them at the end.
    """

    topics: tuple[Topic, ...]
    producers: tuple[Producers, ...]
    consumers: tuple[Consumers, ...] = ()
    processors: tuple[Processors, ...] = ()
    administrators: tuple[Administrators, ...] = ()

    @property
    def in_transactions(self) -> frozenset[str]:
        """The topics to which transactions write."""
        producers = [each for each in self.producers if each.transactions is not None]
        sinks = {each.sink for each in self.processors if each.is_transactional}
        return frozenset(sinks.union(*(each.destinations for each in producers)))
