"""Files in a container, whether its process runs or not: read and written by the engine."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager

from docker import errors

from harness.backends.docker.engine import Api, translated


def write(api: Api, container: str, path: str, data: bytes, *, mode: int = 0o600) -> None:
    """Put `data` at the absolute `path`, with this mode; folders that are missing are made.

    Raises:
        docker.errors.NotFound: there is no such container.
        HarnessError: the engine refuses otherwise, or does not answer.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo(path.lstrip("/"))
        entry.size, entry.mode = len(data), mode
        archive.addfile(entry, io.BytesIO(data))
    with _not_found_passes(f"write {path} in {container}"):
        api.put_archive(container, "/", packed.getvalue())


def read(api: Api, container: str, path: str) -> bytes | None:
    """What is at the absolute `path`; None when there is no such file or container.

    Raises:
        HarnessError: the engine refuses otherwise, or does not answer.
    """
    try:
        with _not_found_passes(f"read {path} in {container}"):
            chunks, _ = api.get_archive(container, path)
            packed = io.BytesIO(b"".join(chunks))
    except errors.NotFound:
        return None
    with tarfile.open(fileobj=packed) as archive:
        file = archive.extractfile(archive.getmembers()[0])
        return None if file is None else file.read()


@contextmanager
def _not_found_passes(doing: str) -> Iterator[None]:
    """As `translated`, but that something is not there is for the caller to judge."""
    missing: errors.NotFound | None = None
    with translated(doing):
        try:
            yield
        except errors.NotFound as error:
            missing = error
    if missing is not None:
        raise missing
