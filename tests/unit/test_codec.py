"""The codec: round trips, and errors that say what to do."""

from pathlib import Path

import pytest

from harness.kit.errors import FormatVersionError, RunFolderError
from harness.model import codec
from harness.model.facts import Facts, LogEnd
from harness.model.verdict import Verdict

FACTS = Facts(logs=(LogEnd(log="orders-0", start=0, end=9, read_to=9),), unknowns=("why",))


def test_a_value_comes_back_and_its_bytes_repeat(tmp_path: Path) -> None:
    codec.save(tmp_path / "facts.json", FACTS)
    again = codec.load(tmp_path / "facts.json", Facts)
    assert again == FACTS
    assert codec.encode(again) == (tmp_path / "facts.json").read_bytes()


def test_a_newer_format_is_refused_by_its_number() -> None:
    data = codec.encode(FACTS).replace(b'"format_version": 1', b'"format_version": 99')
    with pytest.raises(FormatVersionError, match=r"facts\.json has format version 99.*upgrade"):
        codec.decode(data, Facts, source="facts.json")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a file of this harness"),
        (codec.encode(FACTS)[:40], "not a file of this harness"),
        (codec.encode(FACTS).replace(b'"end": 9', b'"end": "x"'), r"Expected `int`.*\$\.logs"),
        (codec.encode(FACTS).replace(b'"end"', b'"finish"'), "unknown field `finish`"),
    ],
)
def test_a_torn_or_foreign_file_says_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(RunFolderError, match=message):
        codec.decode(data, Facts, source="facts.json")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(RunFolderError, match="holds a facts, not a verdict"):
        codec.decode(codec.encode(FACTS), Verdict, source="verdict.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"cannot read .*facts\.json"):
        codec.load(tmp_path / "facts.json", Facts)
