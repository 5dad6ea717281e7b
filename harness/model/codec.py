"""The one codec for values that cross a process or a disk: JSON, each file with its version.

A file is `{"format_version": N, "kind": "<name>", "value": {...}}`, keys in a fixed order and
indented, so that two runs of the same check give the same bytes and people can read a diff.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from harness.kit.errors import FormatVersionError, RunFolderError, UsageError

FORMAT_VERSION = 1
T = TypeVar("T")


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    format_version: int
    kind: str
    value: msgspec.Raw


def encode(value: msgspec.Struct) -> bytes:
    """`value` in its envelope, as the bytes of a file."""
    envelope = {
        "format_version": FORMAT_VERSION,
        "kind": type(value).__name__.lower(),
        "value": value,
    }
    return (
        msgspec.json.format(msgspec.json.encode(envelope, order="deterministic"), indent=1) + b"\n"
    )


def decode(data: bytes, kind: type[T], *, source: str) -> T:
    """The value in `data`.

    Args:
        data: the bytes of a file.
        kind: the expected type.
        source: what to call the file in errors.

    Raises:
        FormatVersionError: a newer harness wrote it.
        RunFolderError: it is torn, of another kind, or a field does not fit; says which.
    """
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
    except msgspec.DecodeError as error:
        raise RunFolderError(f"{source} is not a file of this harness: {error}") from error
    if envelope.format_version > FORMAT_VERSION:
        raise FormatVersionError(
            f"{source} has format version {envelope.format_version}, this harness reads up to "
            f"{FORMAT_VERSION}: upgrade kafka-chaos-harness to open it"
        )
    if envelope.kind != kind.__name__.lower():
        raise RunFolderError(f"{source} holds a {envelope.kind}, not a {kind.__name__.lower()}")
    try:
        return msgspec.json.decode(envelope.value, type=kind)
    except msgspec.DecodeError as error:
        raise RunFolderError(f"{source} does not fit its format: {error}") from error


def save(path: Path, value: msgspec.Struct) -> None:
    """Write `value` to `path` so that a reader sees the old file or the new one, never half."""
    write_atomically(path, encode(value))


def load(path: Path, kind: type[T]) -> T:
    """The value in the file at `path`; errors as in `decode`, and for a missing file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunFolderError(f"cannot read {path}: {error.strerror}") from error
    return decode(data, kind, source=str(path))


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file at `path` by `data` in one step."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)


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
