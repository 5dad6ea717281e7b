"""The requests by hand, against servers that answer, hang, or hang up."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.systems.kafka import wire, wire_transactions
from harness.systems.kafka.wire_answers import ClusterView, GroupView, QuorumView


def text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def ids(*values: int) -> bytes:
    return struct.pack(f">i{len(values)}i", len(values), *values)


def metadata(leader: int = 2) -> bytes:
    """An answer with brokers 1 and 2, controller 1, and the topic orders with one partition."""
    brokers = b"".join(
        struct.pack(">i", broker) + text("host") + struct.pack(">i", 9092) + struct.pack(">h", -1)
        for broker in (1, 2)
    )
    partition = struct.pack(">hiii", 0, 0, leader, 7) + ids(1, 2) + ids(2) + ids()
    topic = struct.pack(">h", 0) + text("orders") + b"\0" + struct.pack(">i", 1) + partition
    return (
        struct.pack(">i", 0)
        + struct.pack(">i", 2)
        + brokers
        + text("cluster")
        + struct.pack(">i", 1)
        + struct.pack(">i", 1)
        + topic
    )


def answer(connection: socket.socket, body: bytes) -> None:
    (size,) = struct.unpack(">i", connection.recv(4, socket.MSG_WAITALL))
    request = connection.recv(size, socket.MSG_WAITALL)
    payload = request[4:8] + body
    connection.sendall(struct.pack(">i", len(payload)) + payload)


@contextmanager
def broker(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[wire.Address]:
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection, done)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            done.set()
            thread.join()


def answers(connection: socket.socket, _done: threading.Event) -> None:
    answer(connection, metadata())


def hangs(_connection: socket.socket, done: threading.Event) -> None:
    done.wait(10)


def hangs_up(_connection: socket.socket, _done: threading.Event) -> None:
    return


def refusing() -> wire.Address:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address: wire.Address = listener.getsockname()
    return address


def test_an_answer_is_read_field_by_field() -> None:
    with broker(answers) as address:
        view = wire.cluster_view(address)
    (seen,) = view.topics["orders"]
    assert view.brokers == {1, 2}
    assert view.controller == 1
    assert (seen.leader, seen.epoch, seen.replicas, seen.isr) == (2, 7, (1, 2), (2,))


def test_a_partition_without_a_leader_has_none() -> None:
    with broker(lambda connection, _done: answer(connection, metadata(leader=-1))) as address:
        assert wire.cluster_view(address).topics["orders"][0].leader is None


def test_every_way_of_not_answering_is_an_os_error() -> None:
    with broker(hangs) as address, pytest.raises(TimeoutError, match=r"0\.05 s"):
        wire.cluster_view(address, limit_s=0.05)
    with broker(hangs_up) as address, pytest.raises(ConnectionResetError):
        wire.cluster_view(address)
    with pytest.raises(ConnectionRefusedError):
        wire.cluster_view(refusing())


def test_a_broker_that_hangs_does_not_hold_up_one_that_answers() -> None:
    with broker(answers) as good, broker(hangs) as bad:
        addresses = {1: good, 2: bad, 3: refusing()}
        views = wire.cluster_views(addresses, limit_s=60, straggler_s=0.01)
    assert isinstance(views[1], ClusterView)
    assert isinstance(views[2], TimeoutError)
    assert isinstance(views[3], ConnectionRefusedError)


def test_a_round_trip_is_measured() -> None:
    with broker(lambda connection, _done: answer(connection, b"\0\0")) as address:
        assert wire.round_trip_ms(address, limit_s=5) > 0


def group(error: int = 0, state: str = "Stable") -> bytes:
    """An answer about a group with one member."""
    member = text("m") + text("client") + text("host")
    told, assigned = b"what it told", b"what it got"
    return (
        struct.pack(">ih", 1, error)
        + text("connect")
        + text(state)
        + text("connect")
        + text("sessioned")
        + struct.pack(">i", 1)
        + member
        + struct.pack(">i", len(told))
        + told
        + struct.pack(">i", len(assigned))
        + assigned
    )


def test_a_group_is_described_by_the_broker_that_coordinates_it() -> None:
    def coordinate(connection: socket.socket, _: threading.Event) -> None:
        answer(connection, group())

    def refuse(connection: socket.socket, _: threading.Event) -> None:
        answer(connection, group(error=16, state=""))

    with broker(refuse) as first, broker(coordinate) as second:
        view = wire.group_view({1: first, 2: second}, "connect")
    assert view == GroupView(state="Stable", members={"m": b"what it told"})


def test_a_group_without_a_coordinator_has_no_view() -> None:
    def hang_up(_connection: socket.socket, _: threading.Event) -> None:
        return

    with broker(hang_up) as only:
        assert wire.group_view({1: only}, "connect", limit_s=1) is None


def quorum(error: int = 0, leader: int = 102, epoch: int = 7) -> bytes:
    """An answer about the quorum: two voters, one of which never fetched, and one observer."""

    def node(number: int, fetched_ms: int) -> bytes:
        return struct.pack(">iqqq", number, 40, fetched_ms, fetched_ms) + b"\0"

    long = bytes([0x80 | 20, 0x01])  # the length of a name of 147 bytes, more than one byte tells
    partition = struct.pack(">ihiiq", 0, error, leader, epoch, 41)
    voters = b"\3" + node(101, -1) + node(102, 5000)
    observers = b"\2" + node(1, 4800)
    topic = long + b"t" * 147 + b"\2" + partition + voters + observers + b"\0\0"
    return b"\0" + struct.pack(">h", 0) + b"\2" + topic + b"\0"


def test_a_quorum_is_described_by_the_controller_of_the_latest_epoch_that_leads_it() -> None:
    def leading(epoch: int) -> Callable[[socket.socket, threading.Event], None]:
        return lambda connection, _: answer(connection, quorum(epoch=epoch))

    def refuse(connection: socket.socket, _: threading.Event) -> None:
        answer(connection, quorum(error=6, leader=-1, epoch=-1))

    with broker(leading(6)) as first, broker(leading(7)) as second, broker(refuse) as third:
        view = wire.quorum_view({101: first, 102: second, 103: third})
    assert view == QuorumView(leader=102, epoch=7, silent_ms={101: None, 1: 200})


def test_a_quorum_that_nobody_leads_has_no_view() -> None:
    def refuse(connection: socket.socket, _: threading.Event) -> None:
        answer(connection, quorum(error=6, leader=-1, epoch=-1))

    with broker(refuse) as only:
        assert wire.quorum_view({101: only, 102: refusing()}, limit_s=1) is None


def test_each_broker_says_why_it_does_not_initialize_a_producer() -> None:
    def saying(error: int) -> Callable[[socket.socket, threading.Event], None]:
        told = struct.pack(">ihqh", 0, error, 7 if error == 0 else -1, 0)
        return lambda connection, _: answer(connection, told)

    with broker(saying(0)) as coordinator, broker(saying(16)) as other:
        addresses = {1: coordinator, 2: other}
        said = wire_transactions.refusals(addresses, "mine", limit_s=5)
    assert said == {1: "", 2: "NOT_COORDINATOR"}
    with broker(saying(14)) as loading, broker(hangs) as silent:
        addresses = {1: loading, 2: silent}
        said = wire_transactions.refusals(addresses, "mine", limit_s=0.2)
    assert said == {
        1: "COORDINATOR_LOAD_IN_PROGRESS",
        2: "no answer within 0.2 s",
    }
