"""The user's terminal, lent to a command in a container."""

import os
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Terminal:
    """A terminal in raw mode: what is typed, Ctrl-C too, goes to the command.

    Args:
        descriptor: file descriptor of the terminal.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which a program knows what the terminal can do."""
        return {"TERM": os.environ.get("TERM", "xterm")}

    def on_resize(self, told: Callable[[int, int], object]) -> None:
        """Tell the size in rows and columns, now and whenever it changes."""

        def tell(*_: object) -> None:
            columns, rows = os.get_terminal_size(self._descriptor)
            told(rows, columns)

        signal.signal(signal.SIGWINCH, tell)
        tell()


@contextmanager
def borrowed() -> Iterator[Terminal | None]:
    """The terminal, in raw mode until the end; None when input or output is another file."""
    descriptor = standard_input()
    if descriptor is None or not (os.isatty(descriptor) and sys.stdout.isatty()):
        yield None
        return
    before, handler = termios.tcgetattr(descriptor), signal.getsignal(signal.SIGWINCH)
    tty.setraw(descriptor)
    try:
        yield Terminal(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        signal.signal(signal.SIGWINCH, handler)


def standard_input() -> int | None:
    """The file descriptor of standard input; None when there is none."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None
