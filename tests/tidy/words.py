"""What people read of the harness: its messages, and its documents without code."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.tidy.checkout import ROOT, tracked

INTERFACE = (
    *("harness/api/", "harness/model/pipeline/paths", "harness/model/pipeline/traffic"),
    *("harness/model/pipeline/workload", "harness/model/scenario", "harness/model/workload"),
)
_SQL = re.compile(r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|SET|SHOW|GRANT)\b")
_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def messages() -> tuple[tuple[str, str], ...]:
    """Place and text of every string of two words or more in the code of harness and scenarios.

    Docstrings, SQL, regular expressions and the glossary, which names what it forbids, are none.
    """
    paths = [path for path in tracked() if path.startswith(("harness/", "scenarios/"))]
    return tuple(
        (f"{path}:{line}", text)
        for path in paths
        if path.endswith(".py") and path != "harness/model/glossary.py"
        for line, text in _strings(ast.parse((ROOT / path).read_text()))
        if len(text.split()) > 1 and not _SQL.match(text) and "\\b" not in text
    )


@cache
def interface() -> tuple[tuple[str, str], ...]:
    """Place and text of every docstring of what scenario files import."""
    paths = [path for path in tracked() if path.startswith(INTERFACE) and path.endswith(".py")]
    return tuple(
        (f"{path}:{node.lineno}", str(node.value.value))
        for path in paths
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


@cache
def documents() -> tuple[tuple[str, str], ...]:
    """Path and text of every document, without its blocks of code.

    What is beside the recipe of an image is left as it is: the tag of the image follows from it.
    """
    paths = [path for path in tracked() if Path(path).suffix == ".md" and "images/" not in path]
    return tuple((path, _CODE.sub("", (ROOT / path).read_text())) for path in paths)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a document's paragraphs and lists; its tables and titles have none."""
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-|#]|\d+\. ))", text):
        if not block.lstrip().startswith(("|", "#", "<!--")):
            yield from re.split(r"(?<=[.:;?])\s+", " ".join(block.split()))


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            skipped.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
            yield node.lineno, "".join(map(_part, node.values))
        elif isinstance(node, ast.Constant) and node not in skipped and isinstance(node.value, str):
            yield node.lineno, node.value


def _part(part: ast.expr) -> str:
    """A part of an f-string; what is filled in reads as `…`."""
    return str(part.value) if isinstance(part, ast.Constant) else "…"
