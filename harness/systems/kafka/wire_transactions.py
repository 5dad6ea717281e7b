"""Transactions by hand: whether each partition of their log has a coordinator that takes producers.

A coordinator can lead its partition, with all replicas in sync, and yet serve nobody: while it
loads, or when that never ends (KAFKA-9307 was such a case). Producers then wait in
`init_transactions`, and metadata shows nothing of it.
"""

import asyncio
import struct
from collections.abc import Mapping

from confluent_kafka import KafkaError

from harness.systems.kafka import wire
from harness.systems.kafka.wire import Address, Request
from harness.systems.kafka.wire_reader import Reader

TRANSACTIONS_TOPIC = "__transaction_state"
_INIT_PRODUCER_ID = 22
_TIMEOUT_MS = struct.pack(">i", 10_000)  # nothing is ever sent with these ids
# The log's partition is the Java hash of an id, modulo their number: ids that differ in their last
# character by one are of partitions that do.
_PREFIX = "harness-asks-"
_FIRST = ord("A")


def probes(partitions: int) -> tuple[str, ...]:
    """Transactional ids, one of each partition of the log, in no order of theirs."""
    return tuple(f"{_PREFIX}{chr(_FIRST + number)}" for number in range(partitions))


def refusals(addresses: Mapping[int, Address], name: str, *, limit_s: float) -> dict[int, str]:
    """Why each broker does not initialize a producer; empty where it does: its coordinator.

    Args:
        addresses: where to ask, by broker id.
        name: the transactional id.
        limit_s: how long to wait for all answers.
    """
    request = Request(_INIT_PRODUCER_ID, 0, wire.text(name) + _TIMEOUT_MS)
    answers = asyncio.run(wire.ask_all(addresses, request, limit_s, limit_s))
    return {
        broker: str(answer) if isinstance(answer, OSError) else _refusal(Reader(answer))
        for broker, answer in answers.items()
    }


def _refusal(reader: Reader) -> str:
    reader.number("i")  # throttle time
    error = reader.number("h")
    return KafkaError(error).name() if error else ""
