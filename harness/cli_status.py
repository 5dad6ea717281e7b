"""What the `harness` command ends with: every foreseen error is one sentence and a status."""

import errno
import os
import select
import signal
import sys
from collections.abc import Callable

from cyclopts import CycloptsError

from harness.kit.errors import HarnessError, NoDiskError, UsageError

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
    except HarnessError as error:
        return _fail(error, error.exit_status)
    except KeyboardInterrupt:
        return _fail("interrupted; faults are healed, what was recorded is kept", INTERRUPTED)
    except OSError as error:
        return _of_system(error)
    return status if isinstance(status, int) else 0


def _of_system(error: OSError) -> int:
    if isinstance(error, BrokenPipeError) and _nobody_reads():
        return NOBODY_READS
    if error.errno == errno.ENOSPC:
        return _fail(f"{error}: free some disk and run again", NoDiskError.exit_status)
    if error.filename is None:
        raise error
    return _fail(f"cannot use {error.filename}: {error.strerror}", HarnessError.exit_status)


def _fail(why: object, status: int) -> int:
    print(f"harness: {why}", file=sys.stderr)
    return status


def _nobody_reads() -> bool:
    """Whether whoever was to read standard output has gone, as `head` does.

    What is still to be written goes nowhere then. A client's broken connection is no such thing.
    """
    pipe = select.poll()
    pipe.register(sys.stdout.fileno(), 0)
    gone = any(event & select.POLLERR for _, event in pipe.poll(0))
    if gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return gone
