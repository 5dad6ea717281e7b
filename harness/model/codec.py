"""The one codec for values that cross a process or a disk: JSON, each file with its version.

A file is an envelope, keys in a fixed order and indented, so that two runs of the same check give
the same bytes and people can read a diff:

    format_version  FORMAT_VERSION of the harness that wrote it
    kind            name of the value's type, in lower case
    run             identity of the run that the file belongs to; empty where it belongs to none
    digest          SHA-256 of the value as compact JSON: a changed byte in the value is noticed
    value           the value
"""

import hashlib
import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.kit.disk import writing
from harness.kit.errors import (
    DamagedError,
    FormatVersionError,
    HarnessError,
    RunFolderError,
    UsageError,
)
from harness.kit.secrets import redacted

FORMAT_VERSION = 3
T = TypeVar("T")

_LONG_NUMBER = re.compile(rb"\d{19}")
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


class _Version(msgspec.Struct, frozen=True):
    format_version: int


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    format_version: int
    kind: str
    run: str
    digest: str
    value: msgspec.Raw


def encode(value: msgspec.Struct, *, run: str = "") -> bytes:
    """`value` of that run in its envelope, as a file: bytes without the values of secrets."""
    body = redacted(msgspec.json.encode(value, order="deterministic"))
    envelope = {
        "format_version": FORMAT_VERSION,
        "kind": type(value).__name__.lower(),
        "run": run,
        "digest": hashlib.sha256(body).hexdigest(),
        "value": msgspec.Raw(body),
    }
    return msgspec.json.format(msgspec.json.encode(envelope), indent=1) + b"\n"


def decode(data: bytes, kind: type[T], *, source: str) -> T:
    """The value in `data`; see `decode_of_run`."""
    return decode_of_run(data, kind, source=source)[0]


def decode_of_run(data: bytes, kind: type[T], *, source: str) -> tuple[T, str]:
    """The value in `data` and the identity of its run.

    Args:
        data: the bytes of a file.
        kind: the expected type.
        source: what to call the file in errors.

    Raises:
        FormatVersionError: a newer harness wrote it.
        RunFolderError: it is torn, of an older harness, of another kind, was changed, or a field
            does not fit; says which.
    """
    try:
        _check_version(msgspec.json.decode(data, type=_Version).format_version, source)
        envelope = msgspec.json.decode(data, type=_Envelope)
        body = msgspec.json.format(bytes(envelope.value), indent=-1)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RunFolderError(f"{source} is not a file of this harness: {error}") from error
    if envelope.kind != kind.__name__.lower():
        raise RunFolderError(f"{source} contains a {envelope.kind}, not a {kind.__name__.lower()}")
    if hashlib.sha256(body).hexdigest() != envelope.digest:
        raise DamagedError(source, "its digest does not match its value")
    try:
        value = msgspec.json.decode(body, type=kind)
        _check_numbers(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RunFolderError(f"{source} does not fit its format: {error}") from error
    return value, envelope.run


def _check_version(version: int, source: str) -> None:
    if version > FORMAT_VERSION:
        raise FormatVersionError(
            f"{source} has format version {version}, but this harness reads versions up to "
            f"{FORMAT_VERSION}: upgrade kafka-chaos-harness to open it"
        )
    if version < FORMAT_VERSION:
        raise RunFolderError(
            f"{source} has format version {version}, this harness reads {FORMAT_VERSION}: open it "
            "with the harness that wrote it (harness_version and git_commit in its manifest.json), "
            "or run the scenario again"
        )


def _check_numbers(body: bytes) -> None:
    """Refuse integers beyond 64 bits, which JSON can hold and no table can."""
    if _LONG_NUMBER.search(body) is None:
        return
    left: list[Any] = [msgspec.json.decode(body)]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list):
            left += each
        elif isinstance(each, int) and not _LEAST <= each <= _MOST:
            raise msgspec.ValidationError(f"{str(each)[:30]} is beyond 64 bits")


def save(path: Path, value: msgspec.Struct, *, run: str = "") -> None:
    """Write `value` to `path` so that a reader sees the old file or the new one, never half."""
    write_atomically(path, encode(value, run=run))


def load(path: Path, kind: type[T]) -> T:
    """The value in the file at `path`; errors as in `decode`, and for a missing file."""
    return decode(read(path), kind, source=str(path))


def read(path: Path) -> bytes:
    """The bytes of the file at `path`.

    Raises:
        RunFolderError: it cannot be read; says why.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file at `path` by `data` in one step, without the values of secrets.

    Raises:
        NoDiskError: the disk is full; the old file is as it was.
        RunFolderError: the file cannot be written; says why.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with writing(path):
            partial.write_bytes(redacted(data))
            partial.replace(path)
    except HarnessError:
        partial.unlink(missing_ok=True)
        raise


def convert(
    settings: dict[str, str | int | float | bool], kind: type[T], *, what: str, strict: bool = False
) -> T:
    """`settings` as a `kind`; a setting that is unknown or does not fit is a UsageError.

    Unless it is `strict`, the text of a number or of a truth value fits as well.
    """
    try:
        return msgspec.convert(settings, type=kind, strict=strict)
    except msgspec.ValidationError as error:
        raise UsageError(f"{what}: {error}") from error
