"""What traffic a scenario drives."""

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
    over partitions. What the seed draws is which transactions are aborted; the others are
    committed. `transactional.id` is the producer's own in this run.
    """

    records: Annotated[int, Meta(ge=2, le=1_000_000)] = 10
    topics: tuple[str, ...] = ()
    """Topics besides the producer's own."""
    aborted: Fraction = 0.0
    """The share of transactions that the application aborts, from 0 to 1."""
    takeover_every: Period = 0
    """In the middle of every so many transactions a second process with the same id begins, and
    commits one; then the first goes on as if nothing had happened (a zombie). 0 is never."""
    stops_after: Period = 0
    """After so many transactions the application stops in the middle of one, for good. 0: never."""
    polls: tuple[str, ...] = ()
    """Topics of which it also takes, while a transaction is open, what is committed; after one that
    was not committed it goes back to where that began."""


class Producers(Value, frozen=True, kw_only=True):
    """Producers of one kind.

    `settings` are librdkafka's, laid over the harness's own; what they promise is read from them.
    `belief` is when the application takes a record as sent: at its delivery report, or as soon as
    `produce()` returned (what an application without callbacks does).
    `ending` is how the application stops: it flushes, or it leaves (process gone, queue lost).
    """

    name: Name = "producer"
    client: Literal["python", "console"] = "python"
    """Our own, or `kafka-console-producer.sh`, run once for every batch, with the Java client's
    defaults and names of settings."""
    topic: str
    count: Workers = 1
    settings: Settings = {}
    rate_per_s: RateOrNone = 500.0
    """Sends per second of each producer; 0 is as fast as it can."""
    batch: Batch = 10
    """Sends between two looks at delivery reports."""
    keys: Keys = 16
    """Distinct keys of each producer; keys of different producers differ."""
    value_bytes: Annotated[int, Meta(ge=16, le=100_000_000)] = 16
    delete_every: Period = 0
    """Every so many-th send deletes its key, by a record without a value (a tombstone)."""
    belief: Literal["delivery", "enqueue"] = "delivery"
    ending: Literal["flush", "leave"] = "flush"
    transactions: Transactions | None = None
    """Absent: each send stands alone."""

    @property
    def destinations(self) -> tuple[str, ...]:
        """The topics that it sends to."""
        return (self.topic, *(self.transactions.topics if self.transactions else ()))


class Stall(Value, frozen=True, kw_only=True):
    """A reader that stands still, so that how far it lags is not left to chance.

    It takes nothing more of some partitions until nobody sends any more.
    """

    reads: Whole
    """After so many records, of whatever partition."""
    partitions: tuple[Index, ...]


class Consumers(Value, frozen=True, kw_only=True):
    """Consumers of one kind: members of a group, readers with partitions of their own, or tools.

    `settings` are librdkafka's, as for producers; `partition.assignment.strategy` is among them.
    `commit` is who moves a group's offsets: the client by itself (`enable.auto.commit`), or the
    application, which commits what a poll brought once it is done with it.
    `static` members have a `group.instance.id`, their own name: one that comes back in time is
    still itself, and the group does not notice.
    """

    name: Name = "consumer"
    topic: str
    count: Workers = 1
    mode: Literal["group", "assigned", "console"] = "group"
    """`console`: `kafka-console-consumer.sh`, run once nobody sends any more, with the Java
    client's defaults, so that it reads uncommitted records, and names of settings."""
    settings: Settings = {}
    batch: Batch = 500
    commit: Literal["client", "application"] = "client"
    static: bool = False
    late: bool = False
    """Not there when the run begins; a step lets them join."""
    start: Offset | None = None
    """Of readers with partitions assigned by hand: the offset in each; None is the beginning."""
    within_ms: Milliseconds | None = None
    """What they are promised: a record reaches them so long after it was acknowledged, at most."""
    stall: Stall | None = None
    """Of readers with partitions assigned by hand."""


Point: TypeAlias = Literal["before-produce", "in-transaction", "before-commit"]
"""Where a worker can be held: its records are polled and none is sent; the results are sent and
the transaction is open, its offsets not yet in it; all is done but the last commit."""


class Processors(Value, frozen=True, kw_only=True):
    """Workers of one group that make one record of `sink` from each record of `source`.

    Each is a process of its own, hence a service that can be killed, paused and held; the service
    is called as `names` says. `progress` is how it remembers how far it has come:

        auto         the client commits what is stored in the background; what the application
                     stores itself (`enable.auto.offset.store=false`), it stores after the results
                     are acknowledged
        before       commit, then process
        after        process, then commit
        transaction  the offsets are committed in the transaction of the results

    A producer with a `transactional.id` is transactional whatever `progress` is: the worker's own
    id begins with it. With `transaction` it need not be given.
    """

    name: Name = "processor"
    source: str
    sink: str
    count: Workers = 1
    progress: Literal["auto", "before", "after", "transaction"] = "after"
    consumer: Settings = {}
    producer: Settings = {}
    batch: Batch = 100
    """Records between two looks at progress: commits, transactions."""
    threads: Annotated[int, Meta(ge=1, le=100)] = 1
    """How many of each worker make and send results at once; several go with `after` alone, and
    commit up to the first record that none of them is done with."""
    lanes: bool = True
    """All records of a key go to the same thread; otherwise each goes to the next."""
    start: Offset = 0
    """The offset where the group begins in a log of which it has committed nothing."""
    deduplicated: bool = False
    """Whoever takes the results keeps one of each record, as a table with its identity as key."""
    versioned: bool = False
    """Whoever takes the results keeps, of each key, that of the latest record, as a write does that
    compares versions; otherwise the last one that comes."""

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
        """What reports call the way from source to sink."""
        return f"{self.source} → {self.sink} ({self.name})"


class LogWorkload(Value, frozen=True, kw_only=True, tag="log"):
    """Producers, consumers and processors over topics; a final read of all partitions.

    Administrators have topics of their own, and see in the end what is left of them.
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
