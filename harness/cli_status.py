"""What the `harness` command ends with: every foreseen error is one sentence and a status."""

import errno
import signal
import sys
from collections.abc import Callable

from cyclopts import CycloptsError

from harness.kit.errors import HarnessError, NoDiskError, UsageError

INTERRUPTED = 130


def status_of(command: Callable[[], object]) -> int:
    """What the command ends with; every foreseen error becomes one sentence and its status."""
    # SIGTERM unwinds like Ctrl-C, so that a run that is stopped heals and keeps what it has.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = command()
    except CycloptsError as error:
        return _fail(error, UsageError.exit_status)
    except HarnessError as error:
        return _fail(error, error.exit_status)
    except KeyboardInterrupt:
        return _fail("interrupted; faults are healed, what was recorded is kept", INTERRUPTED)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _fail(f"{error}: free some disk and run again", NoDiskError.exit_status)
        if error.filename is None:
            raise
        return _fail(f"cannot use {error.filename}: {error.strerror}", HarnessError.exit_status)
    return status if isinstance(status, int) else 0


def _fail(why: object, status: int) -> int:
    print(f"harness: {why}", file=sys.stderr)
    return status
