"""How long an answer takes, from servers that speak first, second, or not at all."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.network.tcp import Address, answer_ms


@contextmanager
def server(behave: Callable[[socket.socket], object]) -> Iterator[Address]:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield "127.0.0.1", listener.getsockname()[1]
        finally:
            thread.join()


def test_a_server_that_speaks_first_is_not_asked() -> None:
    with server(lambda connection: connection.sendall(b"hello")) as address:
        assert answer_ms(address, 5, request=b"") > 0


def test_a_server_that_answers_is_asked() -> None:
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(connection.recv(100))
        connection.sendall(b"+PONG\r\n")

    with server(answer) as address:
        assert answer_ms(address, 5, request=b"PING\r\n") > 0
    assert asked == [b"PING\r\n"]


def test_a_connection_that_is_closed_at_once_is_no_answer() -> None:
    with server(lambda _connection: None) as address, pytest.raises(ConnectionResetError):
        answer_ms(address, 5, request=b"")
