"""The codec: round trips, and errors that say what to do."""

import hashlib
import re
from pathlib import Path

import msgspec
import pytest

from harness.kit.errors import FormatVersionError, RunFolderError
from harness.model import codec
from harness.model.facts import Facts, LogEnd
from harness.model.verdict import Verdict

NEWEST = f'"format_version": {codec.FORMAT_VERSION}'.encode()
FACTS = Facts(logs=(LogEnd(log="orders-0", start=0, end=9, read_to=9),), unknowns=("why",))


def test_a_value_comes_back_and_its_bytes_repeat(tmp_path: Path) -> None:
    codec.save(tmp_path / "facts.json", FACTS)
    again = codec.load(tmp_path / "facts.json", Facts)
    assert again == FACTS
    assert codec.encode(again) == (tmp_path / "facts.json").read_bytes()


def test_a_newer_format_is_refused_by_its_number() -> None:
    data = codec.encode(FACTS).replace(NEWEST, b'"format_version": 99')
    with pytest.raises(FormatVersionError, match=r"facts\.json has format version 99.*upgrade"):
        codec.decode(data, Facts, source="facts.json")


def test_an_older_format_is_refused_and_says_what_still_reads_it() -> None:
    data = codec.encode(FACTS).replace(NEWEST, b'"format_version": 1')
    with pytest.raises(RunFolderError, match=r"has format version 1.*the harness that wrote it"):
        codec.decode(data, Facts, source="facts.json")


def spoilt(before: bytes, after: bytes) -> bytes:
    """A file with another value, whose digest agrees all the same."""
    data = codec.encode(FACTS).replace(before, after)
    body = data[data.index(b'"value":') + len(b'"value":') : data.rindex(b"}")]
    try:
        digest = hashlib.sha256(msgspec.json.format(body, indent=-1)).hexdigest()
    except msgspec.DecodeError:
        digest = ""
    return re.sub(rb'"digest": "[0-9a-f]*"', b'"digest": "%s"' % digest.encode(), data)


def test_layout_is_no_damage() -> None:
    data = msgspec.json.format(codec.encode(FACTS), indent=4)
    assert codec.decode(data, Facts, source="facts.json") == FACTS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a file of this harness"),
        (codec.encode(FACTS)[:40], "not a file of this harness"),
        (b"[" * 100_000, "not a file of this harness"),
        (codec.encode(FACTS).replace(b'"end": 9', b'"end": 8'), r"damaged: facts\.json, .*digest"),
        (spoilt(b'"end": 9', b'"end": "x"'), r"Expected `int`.*\$\.logs"),
        (spoilt(b'"end"', b'"finish"'), "unknown field `finish`"),
        (spoilt(b'"end": 9', b'"end": 18446744073709551616'), "is beyond 64 bits"),
        (spoilt(b'"host_stall_ms_max": 0.0', b'"host_stall_ms_max": NaN'), "not a file of this"),
        (spoilt(b'"why"', b'"\xff"'), "UTF-8|utf-8"),
    ],
)
def test_a_torn_or_foreign_file_says_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(RunFolderError, match=message):
        codec.decode(data, Facts, source="facts.json")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(RunFolderError, match="contains a facts, not a verdict"):
        codec.decode(codec.encode(FACTS), Verdict, source="verdict.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"cannot read .*facts\.json"):
        codec.load(tmp_path / "facts.json", Facts)
