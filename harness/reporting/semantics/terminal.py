"""The comparison in the terminal: the table, then what each line's name allows and rules out."""

from collections.abc import Iterator
from pathlib import Path

from harness.kit.counts import counted
from harness.model.semantics import Measured, Semantics
from harness.reporting import words
from harness.reporting.semantics.cells import COLUMNS
from harness.reporting.semantics.outcome import Outcome, outcome


def table(semantics: Semantics, folder: Path) -> str:
    """The comparison in a screenful.

    Args:
        semantics: what was measured.
        folder: where its page lies, as the user would type it.
    """
    return "\n".join(_lines(semantics, folder))


def _lines(semantics: Semantics, folder: Path) -> Iterator[str]:
    seeds = words.listed([str(seed) for seed in semantics.seeds], 12)
    yield f"{counted(len(semantics.lines), 'line')}, seeds {seeds}, {semantics.stack} stack"
    yield ""
    head = ("line", "guarantee", *(title for title, _ in COLUMNS), "result")
    yield from words.aligned([head, *(_row(line) for line in semantics.lines)])
    yield ""
    for line in semantics.lines:
        yield from (f"{line.name}: {sentence}" for sentence in sentences(line))
    yield from (f"{name}: left out, {why}" for name, why in semantics.left_out.items())
    yield f"page  {folder / 'semantics.html'}"


def _row(line: Measured) -> tuple[str, ...]:
    cells = (cell(line).figure for _, cell in COLUMNS)
    return (line.name, line.guarantee, *cells, outcome(line).word.value)


def sentences(line: Measured) -> Iterator[str]:
    """What is to be said of a line beyond its figures; nothing of one that is as it should be."""
    stands = outcome(line)
    yield from _broken(line, stands)
    runs = counted(len(line.samples), "run")
    for effect in stands.not_shown:
        yield f"its name allows that records are {effect}; not shown in {runs}"
    for sample in line.samples:
        for reason in sample.unknowns[:1]:
            yield f"seed {sample.seed} leaves open what it did not find: {reason}"


def _broken(line: Measured, stands: Outcome) -> Iterator[str]:
    for sample in line.samples:
        if sample.run in stands.broken_by:
            yield f"BROKEN in seed {sample.seed}: {sample.headline}"
            yield from dict.fromkeys(f"known bug: {bug}" for bug in sample.bugs.values())
