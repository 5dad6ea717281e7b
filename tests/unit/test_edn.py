"""EDN: what each form becomes, on which line it begins, and what is refused where."""

from typing import Any

import pytest

from harness.history.edn import EdnError, read_forms


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nil", None),
        ("true", True),
        ("-42", -42),
        ("+7", 7),
        ("12N", 12),
        ("-1.5e3", -1500.0),
        ("0.5M", 0.5),
        (":seek-to-beginning?", "seek-to-beginning?"),
        ("jepsen.core/run!", "jepsen.core/run!"),
        ('"a \\"b\\"\\n"', 'a "b"\n'),
        ("\\a", "a"),
        ("\\newline", "\n"),
        ("\\(", "("),
        ("(1 [2, 3] #{4})", [1, [2, 3], [4]]),
        ("{:a 1, [:b 2] {}}", {"a": 1, ("b", 2): {}}),
        ("#jepsen.history.Op{:index 3}", {"index": 3}),
        ('#inst "2026-11-23T00:00:00Z"', "2026-11-23T00:00:00Z"),
        ("{5 [[272 140]]} ; what was polled", {5: [[272, 140]]}),
        ("1e3", 1000.0),
        ("2.", 2.0),
        ("[7 -3 0.5 :a]", [7, -3, 0.5, "a"]),
        ('["" "\\\\" "\\q"]', ["", "\\", "q"]),
        ("[nil false \\space]", [None, False, " "]),
        ("9" * 100, int("9" * 100)),
        (f"[{'9' * 100}]", [int("9" * 100)]),
        ("[{} {[] 1}]", [{}, {(): 1}]),
    ],
)
def test_each_form_becomes_its_value(text: str, value: Any) -> None:
    assert list(read_forms(text)) == [(1, value)]


def test_forms_are_told_by_the_line_they_begin_on() -> None:
    text = "; a history\n{:a\n 1}\n\n{:b 2} [3\n4] 5\n"
    assert list(read_forms(text)) == [(2, {"a": 1}), (5, {"b": 2}), (5, [3, 4]), (6, 5)]


def test_a_hundred_levels_are_no_more_than_a_history_may_have() -> None:
    ((line, value),) = read_forms("[" * 100 + "]" * 100)
    for _ in range(99):
        (value,) = value
    assert (line, value) == (1, [])


def test_a_line_that_a_shortcut_knows_is_not_read() -> None:
    def short(line: str) -> object | None:
        return len(line) if line.startswith("{:a") or not line else None

    text = "{:a 1}\n\n[2\n{:a 3}\n] {:b 4}\n{:a 1} }"
    assert list(read_forms(text, short)) == [
        (1, 6),
        (2, 0),
        (3, [2, {"a": 3}]),
        (5, {"b": 4}),
        (6, 8),
    ]


def test_no_text_holds_no_form() -> None:
    assert list(read_forms(" \n; nothing\n")) == []


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("{:a 1}\n{:b [2 3}\n", 2, "'}' closes nothing"),
        ("]", 1, "']' closes nothing"),
        ("1\n(2\n[3]\n", 2, "'(' is never closed"),
        ("\n{:a}", 2, "a map has a key without a value"),
        ("{{:a 1} 2}", 1, "a map has a map in one of its keys"),
        ('\n\n"no end', 3, '" begins nothing that ends on this line'),
        ("#_ 1", 1, "# begins nothing that ends on this line"),
        ("[" * 50, 1, "'[' is never closed"),
        ("[" * 5000, 1, "it is nested deeper than 100 levels"),
        ("[" * 101 + "]" * 101, 1, "it is nested deeper than 100 levels"),
        ("9" * 101, 1, "a number has 101 digits"),
        (f"[1\n{'9' * 1234}]", 2, "a number has 1,234 digits"),
        ("[(]", 1, "']' closes nothing"),
        ("\\ 1", 1, "\\ begins nothing that ends on this line"),
        (": 1", 1, ": begins nothing that ends on this line"),
    ],
)
def test_what_is_no_edn_is_refused_by_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(EdnError) as refused:
        list(read_forms(text))
    assert (refused.value.line, str(refused.value)) == (line, what)
