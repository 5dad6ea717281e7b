"""Four Kafka requests by hand: ApiVersions, Metadata, DescribeGroups, DescribeQuorum.

ApiVersions gives a round trip, DescribeGroups the members of a group of any kind, DescribeQuorum
who leads KRaft's controllers, and Metadata how a broker sees the world. A client library answers
"what does the cluster look like" from whichever broker it happens to be connected to, without
saying which, and cannot show that two brokers disagree. During faults that is the question.

Requests are `length int32, api key int16, version int16, correlation int32, client id string,
body`; answers are `length int32, correlation int32, body`. Metadata version 7 (Kafka 2.1 and later)
is the first with leader epochs. DescribeQuorum is one of the later requests: `tags` (here always
none, a zero byte) follow every header and structure, and lengths are one more than they say.
"""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from harness.kit.clock import REAL
from harness.systems.kafka.wire_answers import (
    ClusterView,
    GroupView,
    QuorumView,
    parse_group,
    parse_metadata,
    parse_quorum,
)
from harness.systems.kafka.wire_reader import NO_TAGS

Address: TypeAlias = tuple[str, int]

LIMIT_S = 5.0
_CORRELATION = 1
_CLIENT_ID = b"kafka-chaos-harness"
_API_VERSIONS = 18
_METADATA = 3
_DESCRIBE_GROUPS = 15
_DESCRIBE_QUORUM = 55
_ALL_TOPICS_NO_CREATION = struct.pack(">i?", -1, False)  # noqa: FBT003 - a field of the request
_METADATA_LOG = b"__cluster_metadata"
# No tags of the header; one topic, by name; one partition of it, number 0.
_QUORUM_OF_METADATA = b"".join(
    (NO_TAGS, b"\2", bytes([len(_METADATA_LOG) + 1]), _METADATA_LOG, b"\2", struct.pack(">i", 0))
    + (NO_TAGS,) * 3
)


def cluster_view(address: Address, *, limit_s: float = LIMIT_S) -> ClusterView:
    """How the broker at `address` sees the cluster.

    Raises:
        OSError: it gave no answer within `limit_s` (TimeoutError), or none at all.
    """
    request = Request(_METADATA, 7, _ALL_TOPICS_NO_CREATION)
    body, _ = asyncio.run(_ask_within(address, request, limit_s))
    return parse_metadata(body)


def cluster_views(
    addresses: Mapping[int, Address], *, limit_s: float = LIMIT_S, straggler_s: float = LIMIT_S
) -> dict[int, ClusterView | OSError]:
    """How each broker sees the cluster; all are asked at once.

    Args:
        addresses: where to ask, by broker id.
        limit_s: how long to wait for the first answer.
        straggler_s: how long to wait for the others once one has answered, so that a broker that
            hangs does not hold up those that do not.
    """
    request = Request(_METADATA, 7, _ALL_TOPICS_NO_CREATION)
    answers = asyncio.run(ask_all(addresses, request, limit_s, straggler_s))
    return {
        broker: answer if isinstance(answer, OSError) else parse_metadata(answer)
        for broker, answer in answers.items()
    }


def quorum_view(
    addresses: Mapping[int, Address], *, limit_s: float = LIMIT_S, straggler_s: float = LIMIT_S
) -> QuorumView | None:
    """The quorum by the word of its leader; None when no controller says that it leads.

    A leader that was deposed and has not heard of it goes by an earlier epoch.

    Args:
        addresses: where to ask, by node id of the controller; all are asked at once.
        limit_s: how long to wait for the first answer.
        straggler_s: how long to wait for the others once one has answered.
    """
    request = Request(_DESCRIBE_QUORUM, 1, _QUORUM_OF_METADATA)
    answers = asyncio.run(ask_all(addresses, request, limit_s, straggler_s)).values()
    views = (parse_quorum(body) for body in answers if not isinstance(body, OSError))
    return max((view for view in views if view), key=lambda view: view.epoch, default=None)


def group_view(
    addresses: Mapping[int, Address], group: str, *, limit_s: float = LIMIT_S
) -> GroupView | None:
    """The group by the word of its coordinator; None when no broker is that now.

    Args:
        addresses: where to ask, by broker id.
        group: its id.
        limit_s: how long to wait for all answers; whoever is not the coordinator refuses.
    """
    request = Request(_DESCRIBE_GROUPS, 0, struct.pack(">i", 1) + text(group))
    answers = asyncio.run(ask_all(addresses, request, limit_s, limit_s)).values()
    views = (parse_group(body) for body in answers if not isinstance(body, OSError))
    return next((view for view in views if view is not None), None)


def round_trip_ms(address: Address, *, limit_s: float) -> float:
    """Milliseconds between sending an ApiVersions request and having its answer.

    Raises:
        OSError: there was no answer within `limit_s` (TimeoutError), or none at all.
    """
    request = Request(_API_VERSIONS, 0, b"")
    _, elapsed_ns = asyncio.run(_ask_within(address, request, limit_s))
    return elapsed_ns / 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """A request: its kind, its version, and what it says."""

    api: int
    version: int
    body: bytes


def text(value: str) -> bytes:
    """A string as a request holds it."""
    data = value.encode()
    return struct.pack(">h", len(data)) + data


async def ask_all(
    addresses: Mapping[int, Address], request: Request, limit_s: float, straggler_s: float
) -> dict[int, bytes | OSError]:
    """What each broker answers, behind the header; see `cluster_views` for the limits."""
    tasks = {
        node: asyncio.create_task(_ask_within(address, request, limit_s))
        for node, address in addresses.items()
    }
    pending = set(tasks.values())
    answered = False
    while pending:
        done, pending = await asyncio.wait(
            pending,
            timeout=straggler_s if answered else None,
            return_when=asyncio.ALL_COMPLETED if answered else asyncio.FIRST_COMPLETED,
        )
        if answered:
            break
        answered = any(task.exception() is None for task in done)
    for task in pending:
        task.cancel()
    results = await asyncio.gather(*tasks.values(), return_exceptions=True)
    return {node: _body_or_error(result) for node, result in zip(tasks, results, strict=True)}


def _body_or_error(result: tuple[bytes, int] | BaseException) -> bytes | OSError:
    match result:
        case OSError():
            return result
        case asyncio.CancelledError():
            return TimeoutError("others answered, this one did not")
        case BaseException():
            raise result
        case (body, _):
            return body


async def _ask_within(address: Address, request: Request, limit_s: float) -> tuple[bytes, int]:
    try:
        async with asyncio.timeout(limit_s):
            return await _ask(address, request)
    except TimeoutError:
        raise TimeoutError(f"no answer within {limit_s:g} s") from None
    except asyncio.IncompleteReadError:
        raise ConnectionResetError("the connection was closed without an answer") from None


async def _ask(address: Address, request: Request) -> tuple[bytes, int]:
    header = struct.pack(">hhih", request.api, request.version, _CORRELATION, len(_CLIENT_ID))
    message = header + _CLIENT_ID + request.body
    reader, writer = await asyncio.open_connection(*address)
    try:
        began_ns = REAL.now_ns()
        writer.write(struct.pack(">i", len(message)) + message)
        (size,) = struct.unpack(">i", await reader.readexactly(4))
        answer = await reader.readexactly(size)
        elapsed_ns = REAL.now_ns() - began_ns
    finally:
        writer.close()
    return answer[4:], elapsed_ns
