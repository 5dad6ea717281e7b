"""A file that cannot be written is an error that names it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.kit.errors import NoDiskError, RunFolderError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the operating system says about writing `path` into an error of the harness.

    Raises:
        NoDiskError: the disk is full.
        RunFolderError: the file cannot be written; says why.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoDiskError(
                f"not enough disk space to write {path}: free some, then repeat"
            ) from error
        raise RunFolderError(f"cannot write {path}: {error.strerror or error}") from error
