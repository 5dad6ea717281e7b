"""The exit status of the `harness` command: each expected error is one sentence and a status."""

import os
import select
import signal
import sys
from collections.abc import Callable

from cyclopts import CycloptsError

from harness.kit.crashes import as_harness_error
from harness.kit.errors import UsageError

INTERRUPTED = 130
PIPE_CLOSED = 141
"""What a shell shows of a program that SIGPIPE ended."""


def status_of(command: Callable[[], object]) -> int:
    """Run a command and return its exit status; print an expected error as one sentence."""
    # SIGTERM unwinds like Ctrl-C, so that a stopped run heals its faults and keeps its history.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = command()
        sys.stdout.flush()  # here, where a closed pipe can be handled
    except CycloptsError as error:
        return _fail(error, UsageError.exit_status)
    except KeyboardInterrupt:
        return _fail("interrupted; faults were healed, the recorded history was kept", INTERRUPTED)
    except BaseException as error:  # noqa: BLE001 - the last shield: 1 is the status of INVALID
        if isinstance(error, BrokenPipeError) and _pipe_is_closed():
            return PIPE_CLOSED
        # Rich, which prints the help, turns standard output off itself, and exits with 1.
        if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):
            return PIPE_CLOSED
        known = as_harness_error(error)
        return _fail(known, known.exit_status)
    return status if isinstance(status, int) else 0


def _fail(why: object, status: int) -> int:
    print(f"harness: {why}", file=sys.stderr)
    return status


def _pipe_is_closed() -> bool:
    """Whether the pipe of standard output is closed, as `head` does; then discard further output.

    The broken connection of a client raises the same error, but is not meant.
    """
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return False  # a Python caller reads the output
    pipe = select.poll()
    pipe.register(number, 0)
    gone = any(event & select.POLLERR for _, event in pipe.poll(0))
    if gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return gone
