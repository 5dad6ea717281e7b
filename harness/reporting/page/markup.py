"""HTML that escapes by construction: whatever is not already markup becomes text."""

import html
from collections.abc import Iterable, Sequence

from harness.model.glossary import TERMS

_VOID = frozenset({"br", "col", "meta"})


class Markup(str):
    """Text that is HTML already; only the functions of this package make it."""

    __slots__ = ()


def text(value: str) -> Markup:
    """`value` as HTML: markup as it is, anything else escaped."""
    return value if isinstance(value, Markup) else Markup(html.escape(value))


def join(parts: Iterable[str], separator: str = "") -> Markup:
    """`parts` one after the other, each escaped unless it is markup."""
    return Markup(text(separator).join(text(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str) -> Markup:
    """One element; attributes that are empty are left out.

    `class_` stands for `class` and `data_x` for `data-x`, since Python allows no other names.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def with_code(sentence: str, code: str) -> Markup:
    """A sentence and behind it, where there is any, some code."""
    return join([sentence, " ", tag("code", code)]) if code else join([sentence])


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    kind: str = "",
) -> Markup:
    """A table that scrolls sideways on a narrow screen; `numbers` are columns set to the right.

    Columns that are empty in every row are left out.
    """
    rows = list(rows)
    columns = [at for at in range(len(head)) if not rows or any(row[at] for row in rows)]

    def line(name: str, cells: Sequence[str]) -> Markup:
        kinds = ["number" if at in numbers else "" for at in columns]
        return tag(
            "tr",
            *(tag(name, cells[at], class_=sort) for at, sort in zip(columns, kinds, strict=True)),
        )

    heading, body = line("th", [_titled(cell) for cell in head]), [line("td", row) for row in rows]
    whole = tag("table", tag("thead", heading), tag("tbody", *body), class_=kind)
    return tag("div", whole, class_="scroll")


def _titled(word: str) -> Markup:
    """A column's title, with its meaning as a tooltip where the glossary has one."""
    term = TERMS.get(word.lower())
    return tag("abbr", word, title=term.meaning) if term else text(word)


def items(sentences: Iterable[str], kind: str = "") -> Markup:
    """A list, one item a sentence."""
    return tag("ul", *(tag("li", sentence) for sentence in sentences), class_=kind)


def prose(sentence: str) -> Markup:
    """A sentence in which `back quotes` mark code."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:
        return text(sentence)
    return join(tag("code", part) if index % 2 else part for index, part in enumerate(parts))
