"""How long a verdict takes, and how much memory: every checker over generated histories.

Each size is judged in a process of its own, so that its peak memory is its own; the history comes
from disk, written by another process. CPU time stands beside the time that passed, because the
machines that this runs on are shared.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks import histories, transactions
from harness.checkers.verdict.judge import judge
from harness.history.history import History
from harness.model.codec import load, save
from harness.model.facts import Facts

SIZES = (
    ("histories", 100_000),
    ("histories", 1_000_000),
    ("histories", 10_000_000),
    ("transactions", 100_000),
    ("transactions", 1_000_000),
)
GENERATORS = {"histories": histories, "transactions": transactions}
TABLES = ("operations", "sends", "reads", "assignments", "commits", "processes", "logs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    kind: str
    operations: int
    records: int
    seconds: float
    cpu_seconds: float
    peak_mib: int
    """Of the whole process: the history itself and all that judging it takes."""
    tables_mib: int
    """Of the history's tables alone."""
    verdict: str


def run(sizes: Sequence[tuple[str, int]] = SIZES) -> list[Row]:
    """Judge one generated history of each kind and size."""
    rows = []
    for kind, size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _child("write", folder, kind, str(size))
            rows.append(Row(kind=kind, **json.loads(_child("judge", folder, kind))))
    return rows


def main() -> str:
    """Run all sizes and return the table."""
    titles = ("operations", "records", "seconds", "CPU s", "operations/s", "peak MiB", "tables MiB")
    lines = [f"{'what':<12} " + " ".join(f"{title:>12}" for title in titles)]
    for row in run():
        figures = (
            f"{row.operations:,}",
            f"{row.records:,}",
            f"{row.seconds:.2f}",
            f"{row.cpu_seconds:.2f}",
            f"{row.operations / row.seconds:,.0f}",
            f"{row.peak_mib:,}",
            f"{row.tables_mib:,}",
        )
        lines.append(f"{row.kind:<12} " + " ".join(f"{figure:>12}" for figure in figures))
    return "\n".join(lines)


def _child(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.checkers", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _write(folder: Path, kind: str, size: int) -> None:
    history, facts = GENERATORS[kind].generate(size)
    for name in TABLES:
        getattr(history, name).write_ipc(folder / f"{name}.arrow")
    save(folder / "facts.json", facts)


def _judge(folder: Path, kind: str) -> str:
    # Columns in one piece, as a journal gives them when it is loaded: so they are not copied.
    tables = [pl.read_ipc(folder / f"{name}.arrow").rechunk() for name in TABLES]
    history = History(**dict(zip(TABLES, tables, strict=True)))  # type: ignore[arg-type]
    facts = load(folder / "facts.json", Facts)
    began, began_cpu = time.perf_counter(), time.process_time()
    verdict = judge(history, facts, GENERATORS[kind].scenario())
    return json.dumps(
        {
            "operations": len(history.operations),
            "records": len(history.sends) + len(history.reads),
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - began_cpu,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "tables_mib": int(sum(each.estimated_size("mb") for each in tables)),
            "verdict": verdict.headline,
        }
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", folder, kind, size]:
            _write(Path(folder), kind, int(size))
        case ["judge", folder, kind]:
            print(_judge(Path(folder), kind))
        case _:
            print(main())
