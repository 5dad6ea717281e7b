"""Groups by hand: DescribeGroups, OffsetFetch and ListOffsets, asked of every broker.

An observer must ask while coordinators die. The client library's own administration aborts the
whole process then (librdkafka issue 4605: an assertion in a coordinator request whose connection
breaks), so that it serves commands of people alone.
"""

import asyncio
import struct
from collections.abc import Callable, Iterable, Mapping

from harness.model.ports.groups import GroupMember, GroupState, LogPlace
from harness.systems.kafka import wire, wire_consumer_groups
from harness.systems.kafka.wire import Address, Request
from harness.systems.kafka.wire_reader import Reader

_LIST_OFFSETS = 2
_OFFSET_FETCH = 9
_DESCRIBE_GROUPS = 15
_ALL_TOPICS = struct.pack(">i", -1)
_NO_REPLICA = struct.pack(">i", -1)
_LATEST = -1
_STATES = {
    "PreparingRebalance": "preparing_rebalancing",
    "CompletingRebalance": "completing_rebalancing",
}


def group_state(
    addresses: Mapping[int, Address], group: str, *, limit_s: float, both: bool = False
) -> GroupState | None:
    """The group by the word of its coordinator; None when no broker is that now.

    Args:
        addresses: where to ask, by broker id.
        group: its id.
        limit_s: how long to wait for all answers.
        both: ask for a group by the consumer protocol of KIP-848 as well, of which a coordinator
            that is asked for a classic one says that it is dead.
    """
    request = Request(_DESCRIBE_GROUPS, 0, struct.pack(">i", 1) + wire.text(group))
    found = _first(addresses, request, limit_s, _parse_group)
    if found is None or found.state != "dead" or not both:
        return found
    request = wire_consumer_groups.request_of(group)
    return _first(addresses, request, limit_s, wire_consumer_groups.parsed) or found


def _first(
    addresses: Mapping[int, Address],
    request: Request,
    limit_s: float,
    parse: Callable[[int, Reader], GroupState | None],
) -> GroupState | None:
    """What the one broker says that coordinates the group."""
    answers = _answers(addresses, request, limit_s).items()
    states = (parse(broker, Reader(body)) for broker, body in answers)
    return next((state for state in states if state is not None), None)


def committed(
    addresses: Mapping[int, Address], group: str, *, limit_s: float
) -> dict[LogPlace, int] | None:
    """What the group has committed, by its coordinator; None when no broker is that now."""
    request = Request(_OFFSET_FETCH, 2, wire.text(group) + _ALL_TOPICS)
    for body in _answers(addresses, request, limit_s).values():
        reader = Reader(body)
        offsets: dict[LogPlace, int] = {}
        for topic, partition in _partitions(reader):
            offset = reader.number("q")
            reader.text()  # metadata
            if reader.number("h") == 0 and offset >= 0:
                offsets[topic, partition] = offset
        if reader.number("h") == 0:
            return offsets
    return None


def ends(
    addresses: Mapping[int, Address], logs: Iterable[LogPlace], *, limit_s: float
) -> dict[LogPlace, int]:
    """The high watermark of each log that a leader answers for."""
    wanted = sorted(logs)
    topics = sorted({topic for topic, _ in wanted})
    parts = [_NO_REPLICA, struct.pack(">i", len(topics))]
    for topic in topics:
        numbers = [partition for name, partition in wanted if name == topic]
        asked = b"".join(struct.pack(">iq", number, _LATEST) for number in numbers)
        parts += [wire.text(topic), struct.pack(">i", len(numbers)), asked]
    request = Request(_LIST_OFFSETS, 1, b"".join(parts))
    found: dict[LogPlace, int] = {}
    for body in _answers(addresses, request, limit_s).values():
        reader = Reader(body)
        for log in _partitions(reader):
            error = reader.number("h")
            reader.number("q")  # time
            offset = reader.number("q")
            if error == 0:
                found[log] = offset
    return found


def _answers(
    addresses: Mapping[int, Address], request: Request, limit_s: float
) -> dict[int, bytes]:
    """The answer of each broker that gave one in time."""
    answers = asyncio.run(wire.ask_all(addresses, request, limit_s, limit_s))
    return {broker: body for broker, body in answers.items() if isinstance(body, bytes)}


def _partitions(reader: Reader) -> Iterable[LogPlace]:
    """Each partition of each topic of an answer; the caller reads what follows its number."""
    for _ in range(reader.number("i")):
        topic = reader.text()
        for _ in range(reader.number("i")):
            yield topic, reader.number("i")


def _parse_group(broker: int, reader: Reader) -> GroupState | None:
    """None when whoever answers does not coordinate the group."""
    reader.number("i")  # as many groups as were asked about
    error = reader.number("h")
    reader.text()  # group id
    state = reader.text()
    reader.text()  # type of protocol
    strategy = reader.text()
    members = tuple(_parse_member(reader) for _ in range(reader.number("i")))
    if error:
        return None
    return GroupState(
        state=_STATES.get(state, state.lower()),
        coordinator=broker,
        strategy=strategy,
        members=tuple(sorted(members, key=lambda each: each.client)),
    )


def _parse_member(reader: Reader) -> GroupMember:
    member, client = reader.text(), reader.text()
    reader.text()  # client host
    reader.data()  # what it told of itself
    logs: list[LogPlace] = []
    assigned = reader.data()
    if assigned:
        share = Reader(assigned)
        share.number("h")  # version
        for topic, partition in _partitions(share):
            logs.append((topic, partition))
    return GroupMember(client=client, member=member, logs=tuple(sorted(logs)))
