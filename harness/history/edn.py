r"""A reader of EDN, Clojure's data notation, as far as histories are written in it.

    nil true false 42 -1.5 2N 0.5M "text" \c         None, bool, int, float, str
    :keyword symbol                                 str, a keyword without its colon
    (1 2) [1 2] #{1 2}                              list
    {:a 1}                                          dict; a key that is a list becomes a tuple
    #tag form                                       the form: records are maps with a tag
    ; comment                                       nothing

A string ends on the line it begins on, as Clojure prints it. It is written here because the one
library that reads EDN in Python (`edn_format`) takes ten times as long, tells no line in its
errors, and refuses tags that it was not told of.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

_TOKENS = re.compile(
    r"""
      :?[^\s,;"()\[\]{}\\\#:][^\s,;"()\[\]{}]*  # number, keyword, symbol
    | \#?[{(\[]
    | [)\]}]
    | "(?:[^"\\]|\\.)*"
    | \\[^\s][^\s,;"()\[\]{}]*                  # character
    | \#[A-Za-z][^\s,;"()\[\]{}]*               # tag
    | ;.*
    | [^\s,]                                    # anything else is no EDN
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?[NM]?")
_DIGITS = frozenset("0123456789")
_CLOSED_BY = {"(": ")", "[": "]", "{": "}", "#(": ")", "#[": "]", "#{": "}"}
_CLOSING = frozenset(")]}")
_WORDS: dict[str, Any] = {"nil": None, "true": True, "false": False}
_CHARACTERS = {"newline": "\n", "space": " ", "tab": "\t", "return": "\r"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

DEPTH = 100
"""More levels than any history has; values so deep can still be printed."""
DIGITS = 100

_Stack: TypeAlias = list[tuple[str, int, list[Any]]]
"""Collections that are not closed yet: bracket, line, items."""


class EdnError(Exception):
    """Text is not EDN; `line` says where, from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def read_forms(
    text: str, shortcut: Callable[[str], object | None] | None = None
) -> Iterator[tuple[int, Any]]:
    """Every form of `text` that stands by itself, with the line on which it begins.

    Args:
        text: of any number of forms.
        shortcut: what a line that no form began before becomes; None: it is read as any other.

    Raises:
        EdnError: the text is not EDN.
    """
    stack: _Stack = []
    items: list[Any] = []
    begin = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if shortcut and not stack and (short := shortcut(line)) is not None:
            yield number, short
            continue
        for token in _TOKENS.findall(line):
            if token[0] == ":" and stack:
                items.append(token[1:])
            elif token[0] in _DIGITS and token.isdecimal() and stack:
                items.append(_integer(token, number))
            elif token in _CLOSED_BY:
                items = _opened(stack, token, number)
            elif token in _CLOSING:
                begin, value = _closed(stack, token, number)
                items = stack[-1][2] if stack else []
                items.append(value)
            else:
                _add_other(items, token, begin := number)
            if not stack and items:
                yield begin, items.pop()
    if stack:
        bracket, begin, _ = stack[-1]
        raise EdnError(begin, f"{bracket!r} is never closed")


def _integer(digits: str, line: int) -> int:
    if len(digits) > DIGITS:
        raise EdnError(line, f"a number has {len(digits):,} digits")
    return int(digits)


def _opened(stack: _Stack, token: str, line: int) -> list[Any]:
    """The items of the collection that `token` opens; it goes onto the stack."""
    items: list[Any] = []
    stack.append((token, line, items))
    if len(stack) > DEPTH:
        raise EdnError(line, f"it is nested deeper than {DEPTH} levels")
    return items


def _closed(stack: _Stack, token: str, line: int) -> tuple[int, Any]:
    """The collection that `token` closes, and where it began; it leaves the stack."""
    bracket, begin, items = stack.pop() if stack else ("", line, [])
    if _CLOSED_BY.get(bracket) != token:
        raise EdnError(line, f"{token!r} closes nothing")
    if bracket != "{":
        return begin, items
    if len(items) % 2:
        raise EdnError(line, "a map has a key without a value")
    keys = (tuple(each) if isinstance(each, list) else each for each in items[::2])
    try:
        return begin, dict(zip(keys, items[1::2], strict=True))
    except TypeError:
        raise EdnError(line, "a map has a map in one of its keys") from None


def _add_other(items: list[Any], token: str, line: int) -> None:
    """Add what is no keyword, natural number or collection; comments and tags add nothing."""
    head = token[0]
    number = _NUMBER.fullmatch(token)
    if number is not None:
        bare = token.rstrip("NM")
        items.append(float(bare) if number[1] or number[2] else _integer(bare, line))
    elif head == '"' and len(token) > 1:
        items.append(re.sub(r"\\(.)", lambda each: _ESCAPES.get(each[1], each[1]), token[1:-1]))
    elif head == "\\" and len(token) > 1:
        items.append(_CHARACTERS.get(token[1:], token[1:]))
    elif len(token) == 1 and head in '"\\#:':
        raise EdnError(line, f"{token} begins nothing that ends on this line")
    elif head == ":":
        items.append(token[1:])
    elif head not in ";#":
        items.append(_WORDS.get(token, token))
