"""What the `harness` command ends with: every foreseen error is one sentence and a status."""

import os
import select
import signal
import sys
from collections.abc import Callable

from cyclopts import CycloptsError

from harness.kit.crashes import as_harness_error
from harness.kit.errors import UsageError

INTERRUPTED = 130
NOBODY_READS = 141
"""What a shell shows of a program that SIGPIPE ended."""


def status_of(command: Callable[[], object]) -> int:
    """What the command ends with; every foreseen error becomes one sentence and its status."""
    # SIGTERM unwinds like Ctrl-C, so that a run that is stopped heals and keeps what it has.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = command()
        sys.stdout.flush()  # here, where it can be told that nobody reads it
    except CycloptsError as error:
        return _fail(error, UsageError.exit_status)
    except KeyboardInterrupt:
        return _fail("interrupted; faults are healed, what was recorded is kept", INTERRUPTED)
    except BaseException as error:  # noqa: BLE001 - the last shield: 1 is the status of INVALID
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            return NOBODY_READS
        # Rich, which prints the help, turns standard output off itself, and exits with 1.
        if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):
            return NOBODY_READS
        known = as_harness_error(error)
        return _fail(known, known.exit_status)
    return status if isinstance(status, int) else 0


def _fail(why: object, status: int) -> int:
    print(f"harness: {why}", file=sys.stderr)
    return status


def _nobody_reads() -> bool:
    """Whether whoever was to read standard output has gone, as `head` does.

    What is still to be written goes nowhere then. A client's broken connection is no such thing.
    """
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return False  # whoever called the command from Python reads what it says
    pipe = select.poll()
    pipe.register(number, 0)
    gone = any(event & select.POLLERR for _, event in pipe.poll(0))
    if gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return gone
