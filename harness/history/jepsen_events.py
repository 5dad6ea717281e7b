"""Events of a history of Jepsen's Kafka workload, from EDN or JSON; `jepsen.py` has the format."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec

from harness.history.edn import EdnError, read_forms
from harness.kit.errors import UsageError

FAR = 1 << 61
"""Further than any offset or clock gets; sums and differences still fit into 64 bits."""
RECORDS = ("send", "poll", "txn")
HOLDING = ("subscribe", "assign")
IS_JSON = re.compile(r'\s*\[?\s*\{\s*"')

Number: TypeAlias = Annotated[int, msgspec.Meta(gt=-FAR, lt=FAR)]
Offset: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=FAR)]
Record: TypeAlias = tuple[Offset | None, Number]
"""Offset (None: not told) and value."""


class _Array(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    pass


class Told(_Array, gc=False):
    """Offset and value of a record that was sent.

    It is no tuple: msgspec 0.22 crashes over a tuple beside an integer with bounds.
    """

    offset: Offset | None
    value: Number


class Send(_Array, tag="send", gc=False):
    """A micro-operation that sent a value."""

    key: Number
    sent: Number | Told


class Poll(_Array, tag="poll", gc=False):
    """A micro-operation that polled records, by key."""

    records: dict[Number, list[Record]] | None = None


class Event(_Array):
    """What a process asked for or was answered."""

    type: str
    f: str
    process: Number
    time: Number | None
    index: Number | None
    value: Any
    """Of a plain event `Send` and `Poll`, or keys; of others what the file holds."""
    form: dict[str, Any] | None = None
    """The whole map of an event that is not plain."""


class _OfRecords(Event):
    value: list[Send | Poll]


class _OfKeys(Event):
    value: list[Number]


_PLAIN = re.compile(
    r"""(?:\#[\w.]++)? \{ (?: : (?:
            index\ (\d++) | time\ (\d++) | process\ (\d++)
          | type\ :(invoke|ok|fail|info) | f\ :(\w++)
          | value\ (\[[]\[{}\d\ ,:sendpoli]*])
        ) (?:,\ (?=:)|(?=}$)) )++ }""",
    re.VERBOSE | re.ASCII,
)
_DECODERS = {f: msgspec.json.Decoder(_OfRecords) for f in RECORDS}
_DECODERS |= {f: msgspec.json.Decoder(_OfKeys) for f in HOLDING}


def read_events(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    """Every event of `text` with its line: an `Event` if it is plain, else what the file holds.

    One vector or array around all of them is taken off.

    Raises:
        UsageError: the text, which is of the file at `path`, is neither EDN nor JSON.
    """
    try:
        for line, form in _json(text, path) if IS_JSON.match(text) else read_forms(text, _plain):
            if isinstance(form, list):
                yield from ((line, each) for each in form)
            else:
                yield line, form
    except EdnError as error:
        raise UsageError(f"{path}, line {error.line}: this is not EDN: {error}") from error


def _json(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    lines = [text] if text.lstrip().startswith("[") else text.split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                yield number, msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise UsageError(f"{path}, line {number}: this is not JSON: {error}") from error


def _plain(line: str) -> Event | None:
    """The event on `line` if it looks as nearly all do, and None otherwise.

    It is rewritten as JSON, which msgspec reads into the types above in a sixth of the time. What
    does not fit them is read form by form, and refused there if need be.
    """
    match = _PLAIN.fullmatch(line)
    if match is None:
        return None
    index, time, process, kind, f, value = match.groups()
    if f not in _DECODERS or kind is None or value is None:
        return None
    value = value.replace("nil", "null").replace(":send", '"send"').replace(":poll", '"poll"')
    if "{" in value:  # {4 [[0 7]], 5 [[0 8]]} is {"4": [[0, 7]], "5": [[0, 8]]}
        value = value.replace('"poll" {}', '"poll"').replace("{", '{"').replace(", ", ',"')
        value = value.replace(" [[", '":[[')
    value = value.replace(" ", ",")
    try:
        return _DECODERS[f].decode(
            f'["{kind}","{f}",{process},{time or "null"},{index or "null"},{value}]'
        )
    except (msgspec.DecodeError, RecursionError):
        return None
