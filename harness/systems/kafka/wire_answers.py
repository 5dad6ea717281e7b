"""What brokers answer: the views of a cluster, and how they stand in a response."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.systems.kafka.wire_reader import NO_TAGS, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionView:
    """One partition as one broker sees it."""

    partition: int
    leader: int | None
    epoch: int
    replicas: tuple[int, ...]
    isr: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """The cluster as one broker sees it."""

    brokers: frozenset[int]
    controller: int | None
    topics: Mapping[str, tuple[PartitionView, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group as its coordinator sees it."""

    state: str
    """`Stable` when every member has its share."""
    members: Mapping[str, bytes]
    """What each member told of itself when it joined, by its id; each kind of group its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumView:
    """KRaft's quorum as the controller sees it that leads it."""

    leader: int
    epoch: int
    silent_ms: Mapping[int, int | None]
    """How long ago each of the others fetched metadata, by node id; None for one that never has."""


def parse_metadata(body: bytes) -> ClusterView:
    """The cluster, of a response to Metadata."""
    reader = Reader(body)
    reader.number("i")  # throttle time
    brokers = set()
    for _ in range(reader.number("i")):
        brokers.add(reader.number("i"))
        reader.text()  # host
        reader.number("i")  # port
        reader.text()  # rack
    reader.text()  # cluster id
    controller = reader.number("i")
    topics: dict[str, tuple[PartitionView, ...]] = {}
    for _ in range(reader.number("i")):
        reader.number("h")  # error
        name = reader.text()
        reader.number("b")  # internal
        partitions = [parse_partition(reader) for _ in range(reader.number("i"))]
        topics[name] = tuple(sorted(partitions, key=lambda view: view.partition))
    return ClusterView(
        brokers=frozenset(brokers),
        controller=controller if controller >= 0 else None,
        topics=topics,
    )


def parse_quorum(body: bytes) -> QuorumView | None:
    """None when whoever answers does not lead the quorum, which is an error to it."""
    reader = Reader(body)
    reader.skip(len(NO_TAGS))
    if reader.number("h") or not reader.length():
        return None
    reader.skip(reader.length())  # the name of the topic that was asked for
    reader.length()  # as many partitions as were asked for
    reader.number("i")  # its number
    if reader.number("h"):
        return None
    leader, epoch = reader.number("i"), reader.number("i")
    reader.number("q")  # high watermark
    voters = [parse_fetcher(reader) for _ in range(reader.length())]
    observers = [parse_fetcher(reader) for _ in range(reader.length())]
    fetched_ms = dict(voters + observers)
    now_ms = fetched_ms.pop(leader)  # it is never behind itself
    silent_ms = {node: now_ms - at if at >= 0 else None for node, at in fetched_ms.items()}
    return QuorumView(leader=leader, epoch=epoch, silent_ms=silent_ms)


def parse_fetcher(reader: Reader) -> tuple[int, int]:
    """The id of a voter or observer, and when it last fetched, by the leader's clock."""
    node = reader.number("i")
    reader.number("q")  # end of its log
    fetched_ms = reader.number("q")
    reader.number("q")  # when it was last level with the leader
    reader.skip(len(NO_TAGS))
    return node, fetched_ms


def parse_group(body: bytes) -> GroupView | None:
    """The group, of a response to DescribeGroups; None when nobody coordinates it."""
    reader = Reader(body)
    reader.number("i")  # as many groups as were asked about
    error = reader.number("h")
    reader.text()  # group id
    state = reader.text()
    reader.text()  # type of protocol
    reader.text()  # protocol
    members: dict[str, bytes] = {}
    for _ in range(reader.number("i")):
        member = reader.text()
        reader.text()  # client id
        reader.text()  # client host
        members[member] = reader.data()
        reader.data()  # what it was assigned
    return GroupView(state=state, members=members) if error == 0 else None


def parse_partition(reader: Reader) -> PartitionView:
    """One partition, of a response to Metadata."""
    reader.number("h")  # error
    partition, leader, epoch = reader.number("i"), reader.number("i"), reader.number("i")
    replicas, isr = reader.ids(), reader.ids()
    reader.ids()  # offline replicas
    return PartitionView(
        partition=partition,
        leader=leader if leader >= 0 else None,
        epoch=epoch,
        replicas=replicas,
        isr=isr,
    )
