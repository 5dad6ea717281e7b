"""The undo ledger."""

from pathlib import Path

import pytest

from harness.faults.ledger import Ledger
from harness.kit.errors import RunFolderError


def test_what_was_opened_and_not_closed_is_left_newest_first(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "state" / "ledger.jsonl")
    first = ledger.open("process.pause", ("broker-1",), {})
    second = ledger.open("network.delay", ("broker-2",), {"latency_ms": 5})
    third = ledger.open("process.kill", ("broker-3",), {})
    ledger.close(second)
    assert [entry.entry for entry in ledger.opened()] == [third, first]
    assert ledger.opened()[1].targets == ("broker-1",)


def test_a_second_harness_goes_on_where_a_killed_one_left_off(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    left = Ledger(path).open("process.pause", ("broker-1",), {})
    path.write_bytes(path.read_bytes() + b'{"entry": 2, "ki')
    again = Ledger(path)
    assert [entry.entry for entry in again.opened()] == [left]
    again.close(left)
    assert again.opened() == ()


def test_a_line_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"cake": 1}\n')
    with pytest.raises(RunFolderError, match="cannot be read"):
        Ledger(path)
