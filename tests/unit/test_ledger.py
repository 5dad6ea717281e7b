"""The undo ledger."""

import pytest

from harness.faults.ledger import Ledger, Memory
from harness.kit.errors import RunFolderError


def test_what_was_opened_and_not_closed_is_left_newest_first() -> None:
    ledger = Ledger(Memory())
    first = ledger.open("process.pause", ("broker-1",), {})
    second = ledger.open("network.delay", ("broker-2",), {"latency_ms": 5})
    third = ledger.open("process.kill", ("broker-3",), {})
    ledger.close(second)
    assert [entry.entry for entry in ledger.opened()] == [third, first]
    assert ledger.opened()[1].targets == ("broker-1",)


def test_a_second_harness_goes_on_where_a_killed_one_left_off() -> None:
    stack = Memory()
    left = Ledger(stack).open("process.pause", ("broker-1",), {})
    stack.whole += b'{"entry": 2, "ki'
    again = Ledger(stack)
    assert [entry.entry for entry in again.opened()] == [left]
    again.close(left)
    assert again.opened() == ()


def test_a_line_of_something_else_is_refused() -> None:
    with pytest.raises(RunFolderError, match="cannot be read"):
        Ledger(Memory(b'{"cake": 1}\n'))


def test_a_ledger_whose_faults_are_all_healed_is_empty() -> None:
    stack = Memory()
    ledger = Ledger(stack)
    first, second = (ledger.open("process.pause", (name,), {}) for name in ("a", "b"))
    ledger.close(first)
    assert stack.whole
    ledger.close(second)
    assert stack.whole == b""
