"""Runs a command in a container, with standard input and, where there is one, a terminal."""

import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Any, Literal, TypeAlias

from docker import errors
from docker.utils.socket import STDERR, frames_iter

from harness.backends.docker.engine import Api, translated
from harness.backends.docker.terminal import Terminal
from harness.kit.waits import NotYet, wait_until

OnOutput: TypeAlias = Callable[[Literal["stdout", "stderr"], bytes], object]

CHUNK_BYTES = 65536
STATUS_LIMIT_S = 10.0
RESIZE_LIMIT_S = 2.0


def execute(
    api: Api,
    container: str,
    argv: Sequence[str],
    on_output: OnOutput,
    *,
    stdin: int | None = None,
    terminal: Terminal | None = None,
) -> int:
    """Run a command in a container and wait for its end; its exit status.

    Args:
        api: the engine.
        container: where.
        argv: the command and its arguments.
        on_output: gets what the command prints, as it comes; from a terminal all of it is stdout.
        stdin: file descriptor whose content the command reads, to its end; None for nothing.
        terminal: the terminal that the command gets; None for none.
    """
    with translated(f"run {argv[0]!r} in {container}"):
        command = api.exec_create(
            container,
            list(argv),
            stdin=stdin is not None,
            tty=terminal is not None,
            environment=terminal.environment if terminal else None,
        )["Id"]
        # The SDK's own streaming leaves the connection open for the garbage collector.
        connection = api.exec_start(command, tty=terminal is not None, socket=True)
        with closing(connection._response):  # noqa: SLF001 - the SDK shows no other way
            if stdin is not None:
                _feed(stdin, connection)
            if terminal is not None:
                terminal.on_resize(lambda rows, columns: _resize(api, command, rows, columns))
            for stream, data in frames_iter(connection, tty=terminal is not None):
                on_output("stderr" if stream == STDERR else "stdout", data)
        return _status(api, command)


def _feed(stdin: int, connection: Any) -> None:  # noqa: ANN401 - the SDK has no types
    """Hand on what `stdin` holds, and its end, while the caller reads the command's output."""
    # Without TLS the SDK hands out a file over the socket.
    into: socket.socket = getattr(connection, "_sock", connection)

    def feed() -> None:
        # The command may end before its input does, and close the connection.
        with suppress(OSError):
            while data := os.read(stdin, CHUNK_BYTES):
                into.sendall(data)
            into.shutdown(socket.SHUT_WR)

    # It may wait for input for ever, which must not keep the harness from ending.
    threading.Thread(target=feed, name="stdin", daemon=True).start()


def _resize(api: Api, command: str, rows: int, columns: int) -> None:
    """Tell the engine the size of the terminal; it refuses while the command is being started."""

    def resized() -> bool | NotYet:
        try:
            api.exec_resize(command, height=rows, width=columns)
        except errors.APIError as error:
            return NotYet(str(error)) if api.exec_inspect(command)["Running"] else True
        return True

    wait_until("the terminal to be resized", resized, limit_s=RESIZE_LIMIT_S)


def _status(api: Api, command: str) -> int:
    """The exit status, which the engine may know a little after the output has ended."""

    def known() -> int | NotYet:
        status = api.exec_inspect(command)["ExitCode"]
        return NotYet("it has no exit status") if status is None else int(status)

    return wait_until("the end of the command", known, limit_s=STATUS_LIMIT_S)
