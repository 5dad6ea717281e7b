"""What becomes of an exception that ends a command or a run: one sentence and a documented status.

An exception that nobody foresaw is never mistaken for a verdict: it is an error of the harness
itself, and its traceback is in a file.
"""

import errno
import os
import tempfile
import traceback
from pathlib import Path

from harness.kit.errors import HarnessError, InternalError, NoDiskError
from harness.kit.secrets import redacted

WORDS_MAX = 300


def as_harness_error(error: BaseException, log: Path | None = None) -> HarnessError:
    """`error` as one of the tree in `harness.kit.errors`.

    Args:
        error: whatever was raised.
        log: the file that has its traceback already; otherwise one is written.
    """
    if isinstance(error, HarnessError):
        return error
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return NoDiskError(f"{error}: free some disk and run again")
    if isinstance(error, OSError) and error.filename is not None:
        return HarnessError(f"cannot use {error.filename}: {error.strerror}")
    where = _written(error) if log is None else f"is in {log}"
    return InternalError(
        f"the harness itself failed: {in_words(error)}; its traceback {where}; please report it"
    )


def in_words(error: BaseException) -> str:
    """The kind of an exception and the first line of what it says."""
    try:
        said = str(error).strip()
    except Exception:  # noqa: BLE001 - not even its text can be had
        said = ""
    line = said.splitlines()[0][:WORDS_MAX] if said else ""
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _written(error: BaseException) -> str:
    """Write the traceback to a new file of the temporary folder, and say which."""
    text = redacted("".join(traceback.format_exception(error)).encode(errors="replace"))
    try:
        number, name = tempfile.mkstemp(prefix="harness-error-", suffix=".log")
        with os.fdopen(number, "wb") as file:
            file.write(text)
    except OSError as problem:
        return f"could not be written ({problem.strerror})"
    return f"is in {name}"
