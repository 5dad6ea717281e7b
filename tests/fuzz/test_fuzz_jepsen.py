"""Histories of Jepsen's, damaged: judged, or refused in one sentence that names file and line."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from harness.engine.check import check_jepsen
from harness.history.edn import read_forms
from harness.kit.errors import UsageError
from harness.reporting.foreign import foreign_summary
from tests.fuzz.damage import edit
from tests.fuzz.limits import TIMES, no_hang
from tests.unit.test_jepsen import LOST, SMALL

CASES = 150 * TIMES
TEXTS = {"small": SMALL, "lost": LOST}


def as_edn(value: Any) -> str:
    """A value as Clojure prints it, strings as keywords where they look like one."""
    match value:
        case None | True | False:
            return {None: "nil", True: "true", False: "false"}[value]
        case dict():
            return "{" + ", ".join(f"{as_edn(k)} {as_edn(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + " ".join(map(as_edn, value)) + "]"
        case str() if value.replace("-", "").replace("?", "").isalnum():
            return f":{value}"
        case str():
            return json.dumps(value)
        case _:
            return repr(value)


def garbled(text: str, random: Random) -> str:
    """The text with characters that are missing, repeated or others."""
    begin = random.randrange(len(text))
    end = begin + random.choice((1, 1, 3, 40))
    strange = ["", "[[[[", "}}", '"', "#{", "\\", "1e999", "9" * 5000, "²", "\0", "[" * 20_000]
    return text[:begin] + random.choice([*strange, text[begin:end] * 2]) + text[end:]


def judged(path: Path, text: str, case: str) -> None:
    """Check a history; what is refused names file and line."""
    path.write_text(text)
    try:
        with no_hang():
            foreign_summary(check_jepsen(path, ()))
    except UsageError as error:
        refused = str(error)
    else:
        return
    assert refused.startswith(str(path)), case
    assert "\n" not in refused, case
    assert len(refused) < 2_000, case


@pytest.mark.parametrize("write", [as_edn, json.dumps], ids=["edn", "json"])
@pytest.mark.parametrize("name", TEXTS)
def test_fuzz_values(name: str, write: Callable[[Any], str], tmp_path: Path) -> None:
    for number in range(CASES):
        random = Random(f"{name} {number}")
        events = [form for _, form in read_forms(TEXTS[name])]
        for _ in range(random.randint(1, 2)):
            edit(events, random)
        text = "\n".join(map(write, events))
        judged(tmp_path / "history", text, f"{name}, case {number}: {text}")


@pytest.mark.parametrize("name", TEXTS)
def test_fuzz_text(name: str, tmp_path: Path) -> None:
    for number in range(CASES):
        text = garbled(TEXTS[name], Random(f"{name} text {number}"))
        judged(tmp_path / "history", text, f"{name}, case {number}")


OK = '{{"type": "{}", "f": "send", "value": [["send", 1, {}]], "process": 0{}}}'


@pytest.mark.parametrize(
    ("done", "more"),
    [
        ("[true, 7]", ""),
        ("[1.0, 7]", ""),
        ("[-1, 7]", ""),
        ("[18446744073709551616, 7]", ""),
        ("[0, true]", ""),
        ("[0, 1.5]", ""),
        ("[0, [7]]", ""),
        ("[0, {}]", ""),
        ("[0, 18446744073709551616]", ""),
        ("[0, 7]", ', "time": true'),
        ("[0, 7]", ', "time": 1.5'),
        ("[0, 7]", ', "time": 18446744073709551616'),
    ],
)
def test_what_is_no_number_is_taken_for_none(tmp_path: Path, done: str, more: str) -> None:
    path = tmp_path / "history"
    path.write_text("\n".join((OK.format("invoke", 7, ""), OK.format("ok", done, more))))
    with pytest.raises(UsageError, match="line 2: "):
        check_jepsen(path, ())


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "{:a " * 100_000])
def test_what_is_nested_too_deeply_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history"
    path.write_text(text)
    with pytest.raises(UsageError, match="line 1: "):
        check_jepsen(path, ())


def test_a_process_is_no_truth_value(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("{:type :invoke :f :poll :process true :value [[:poll]]}")
    with pytest.raises(UsageError, match="line 1: a process is a number"):
        check_jepsen(path, ())
