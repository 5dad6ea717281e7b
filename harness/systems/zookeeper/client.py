"""ZooKeeper as an operator asks it: sessions, by the four-letter words `cons` and `dump`."""

import re
import socket
from collections.abc import Iterable
from typing import TypeAlias

Address: TypeAlias = tuple[str, int]

LIMIT_S = 5.0
# A line of `cons` has the id and the granted timeout of a connection's session; `dump` has, for
# each id, the paths that vanish with its session.
_CONNECTION = re.compile(r"\bsid=(0x[0-9a-f]+),.*\bto=(\d+)")
_HOLDER = re.compile(r"^(0x[0-9a-f]+):$")
_BROKER = re.compile(r"^\s+/brokers/ids/(\d+)$")


def broker_sessions(servers: Iterable[Address]) -> dict[int, int]:
    """How many milliseconds the session of each broker outlives it, by broker id.

    Raises:
        OSError: a server does not answer.
    """
    asked = list(servers)
    connections = "".join(ask(server, "cons") for server in asked)
    return sessions_of(connections, "".join(ask(server, "dump") for server in asked))


def sessions_of(connections: str, dump: str) -> dict[int, int]:
    """The sessions of brokers in the answers to `cons` and `dump`."""
    granted = {found[1]: int(found[2]) for found in _CONNECTION.finditer(connections)}
    sessions: dict[int, int] = {}
    holder = ""
    for line in dump.splitlines():
        if found := _HOLDER.match(line):
            holder = found[1]
        elif (found := _BROKER.match(line)) and holder in granted:
            sessions[int(found[1])] = granted[holder]
    return sessions


def ask(server: Address, word: str) -> str:
    """What a server answers to a four-letter word.

    Raises:
        OSError: it does not answer.
    """
    with socket.create_connection(server, timeout=LIMIT_S) as connection:
        connection.sendall(word.encode())
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    return answer.decode(errors="replace")
