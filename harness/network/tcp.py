"""How long a service takes to answer, whatever protocol it speaks."""

import socket
from typing import TypeAlias

from harness.kit.clock import REAL

Address: TypeAlias = tuple[str, int]


def answer_ms(address: Address, limit_s: float, *, request: bytes) -> float:
    """Milliseconds until the first byte of an answer.

    Args:
        address: host and port.
        limit_s: how long to wait.
        request: what to send once connected; nothing for a server that speaks first.

    Raises:
        OSError: there was no answer within `limit_s` (TimeoutError), or none at all.
    """
    began_ns = REAL.now_ns()
    with socket.create_connection(address, timeout=limit_s) as connection:
        connection.sendall(request)
        if not connection.recv(1):
            raise ConnectionResetError("the connection was closed without an answer")
        return (REAL.now_ns() - began_ns) / 1_000_000
