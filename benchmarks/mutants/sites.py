"""Where a module can be mutated, and a seeded sample of mutants.

Cosmic Ray finds the places and changes the code. A sample takes places, each as likely as any
other, and one mutation of each: an operator that could become any of eleven others is one place.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

# `is` instead of `==` says the same of words and small numbers.
MEANINGLESS = ("_Is", "_IsNot", "Operator_Is_Eq", "Operator_IsNot_NotEq")
Place = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module."""

    path: Path
    line: int
    operator: str
    before: str
    """The line as it is, without its indentation."""
    after: str
    code: str
    """The whole module, changed."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it, wherever the line moves."""
        return str(self.path), self.before, self.after

    @property
    def module(self) -> str:
        """The module's name."""
        return module_of(self.path)


def module_of(path: Path) -> str:
    """The name of the module in a file."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def sample(paths: Sequence[Path], count: int, seed: int) -> Iterator[Mutant]:
    """Draw `count` mutants of `paths`, fewer when there are no more places."""
    random = Random(seed)
    places = [(path, place) for path in paths for place in sorted(_operators_at(path))]
    random.shuffle(places)
    found = 0
    for path, place in places:
        if found == count:
            return
        mutant = _mutant(path, place, random)
        if mutant is not None:
            found += 1
            yield mutant


@cache
def _operators_at(path: Path) -> dict[Place, list[tuple[str, int]]]:
    """Each place of a module that code runs at → names of operators, and which of theirs it is."""
    code = path.read_text()
    nodes, skipped = list(ast_nodes(get_ast(code))), list(_ineffective(ast.parse(code)))
    found: dict[Place, list[tuple[str, int]]] = {}
    for name in sorted(plugins.operator_names()):
        kind = plugins.get_operator(name)
        if kind.arguments() or name.endswith(MEANINGLESS):
            continue
        operator = kind()
        positions = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, place in enumerate(positions):
            if not any(begin <= place[0] < end for begin, end in skipped):
                found.setdefault(place, []).append((name, occurrence))
    return found


def _compiles(code: str) -> bool:
    """Whether it is Python at all: the `*` of keyword-only parameters is no operator."""
    try:
        compile(code, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _ineffective(tree: ast.Module) -> Iterator[Place]:
    """What changes nothing in a program that is right.

    Annotations and what makes a dataclass strict are for type checkers; `strict=True` is an
    assertion that sizes agree; a kind's weight is its place in an order, which one more keeps.
    """
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation):
                yield _place(annotation)
            case ast.FunctionDef(returns=ast.expr() as annotation):
                yield _place(annotation)
            case ast.AnnAssign(annotation=annotation):
                alias = isinstance(annotation, ast.Name) and annotation.id == "TypeAlias"
                yield _place(node if alias else annotation)
            case ast.Call(func=ast.Name(id="dataclass")):
                yield _place(node)
            case ast.keyword(arg="strict" | "weight" | "rank" | "frozen", value=value):
                yield _place(value)
            case _:
                pass


def _place(node: ast.expr | ast.AnnAssign) -> Place:
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def _mutant(path: Path, place: Place, random: Random) -> Mutant | None:
    """One mutant of a place; None when the code stays as it is."""
    name, occurrence = random.choice(_operators_at(path)[place])
    code = path.read_text()
    try:
        changed = mutate_code(code, plugins.get_operator(name)(), occurrence)
    except AttributeError:  # its ExceptionReplacer does not know names with dots
        return None
    if changed is None or not _compiles(changed):
        return None
    line = place[0][0]
    before, after = code.splitlines(), changed.splitlines()
    # A decorator that is gone leaves the next line in its place.
    kept = after[line - 1] if len(after) == len(before) else "(no such line)"
    return Mutant(path, line, name, before[line - 1].strip(), kept.strip(), changed)
