"""ConsumerGroupDescribe by hand: a group by the consumer protocol of KIP-848 (Kafka 4.0 and later).

One of the later requests: see `wire` about tags and lengths. Its answer, version 0, is

    throttle time int32, groups: error int16, message, name, state, epoch int32,
        epoch of the assignment int32, assignor, members, operations int32
    member: id, instance, rack, epoch int32, client id, host, topics, pattern,
        what it is assigned, and what it shall be assigned
    assignment: topics: id (16 bytes), name, partitions int32
"""

import struct

from harness.model.ports.groups import GroupMember, GroupState, LogPlace
from harness.systems.kafka.wire import Request
from harness.systems.kafka.wire_reader import Reader

_CONSUMER_GROUP_DESCRIBE = 69
_NO_TAGS = b"\0"
_UUID_BYTES = 16
_STATES = {"assigning": "preparing_rebalancing", "reconciling": "completing_rebalancing"}
"""The words for a classic group, so that whoever waits for a settled one need not know which."""


def request_of(group: str) -> Request:
    """Ask for one group, without what one is allowed to do with it."""
    name = group.encode()
    asked = _NO_TAGS + _length(1) + _length(len(name)) + name + struct.pack(">?", False) + _NO_TAGS  # noqa: FBT003 - a field of the request
    return Request(_CONSUMER_GROUP_DESCRIBE, 0, asked)


def parsed(broker: int, reader: Reader) -> GroupState | None:
    """The group as `broker` sees it; None when it does not coordinate one of that name."""
    reader.skip(len(_NO_TAGS))  # of the header
    reader.number("i")  # throttle time
    reader.length()  # as many groups as were asked for
    error = reader.number("h")
    _text(reader)  # message
    _text(reader)  # group id
    state = _text(reader).lower()
    reader.number("i")  # epoch
    reader.number("i")  # epoch of the assignment
    strategy = _text(reader)
    members = tuple(_member(reader) for _ in range(reader.length()))
    if error:
        return None
    return GroupState(
        state=_STATES.get(state, state),
        coordinator=broker,
        strategy=strategy,
        members=tuple(sorted(members, key=lambda each: each.client)),
    )


def _member(reader: Reader) -> GroupMember:
    member, instance = _text(reader), _text(reader)
    _text(reader)  # rack
    reader.number("i")  # epoch
    client = _text(reader)
    _text(reader)  # host
    for _ in range(reader.length()):
        _text(reader)  # topic that it subscribes to
    _text(reader)  # pattern that it subscribes to
    logs = _assignment(reader)
    _assignment(reader)  # what it shall have once others have given it up
    reader.skip(len(_NO_TAGS))
    return GroupMember(client=client, member=member, instance=instance, logs=logs)


def _assignment(reader: Reader) -> tuple[LogPlace, ...]:
    logs: list[LogPlace] = []
    for _ in range(reader.length()):
        reader.skip(_UUID_BYTES)
        topic = _text(reader)
        logs += [(topic, reader.number("i")) for _ in range(reader.length())]
        reader.skip(len(_NO_TAGS))
    reader.skip(len(_NO_TAGS))
    return tuple(sorted(logs))


def _text(reader: Reader) -> str:
    """A string; an absent one is empty."""
    return reader.raw(reader.length()).decode()


def _length(size: int) -> bytes:
    """The length of what follows: seven bits a byte, and one more than it says."""
    size, data = size + 1, bytearray()
    while size > 0x7F:
        data.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*data, size])
