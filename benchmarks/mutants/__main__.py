"""Judge the judge: `python -m benchmarks.mutants [--count N] [--seed S] [--only TEXT]`.

A mutant is `harness/checkers` or `harness/history` with one operator, number or keyword changed.
Tests that need no Docker run against each of a seeded sample. One that none of them notices is to
be killed by a new test, or explained by a line in `explained.tsv`: path, line as it is, line as the
mutant has it, and why no test can or need tell them apart. The status is 0 when at least 95 of 100
are killed and every other one is explained.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.mutants.kept import Kept
from benchmarks.mutants.reach import Reach, measure, reach_in
from benchmarks.mutants.sites import Mutant, sample
from benchmarks.mutants.trial import Outcome, cold, instead, outcome_of
from benchmarks.mutants.warm import Warm, with_collected

SOURCES = ("harness/checkers", "harness/history")
TESTS = (
    "tests/checkers",
    "tests/unit/test_journal.py",
    "tests/unit/test_journal_bounds.py",
    "tests/unit/test_jepsen.py",
    "tests/unit/test_edn.py",
    "tests/unit/test_semantics.py",
)
THOROUGH = tuple(
    f"tests/checkers/test_{name}.py" for name in ("recorded", "falsified", "oracle", "flow_oracle")
)
"""Long ones, which run against what all others let live."""
THOROUGH_S = 300.0
EXPLAINED = Path(__file__).with_name("explained.tsv")
WANTED = 0.95


def main(arguments: Sequence[str]) -> int:
    """Run a sample, and print what survived."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many mutants (300)")
    parser.add_argument("--seed", type=int, default=1, help="which (1)")
    parser.add_argument("--workers", type=int, default=2, help="how many at once (2)")
    parser.add_argument("--only", default="", help="only modules whose path has this in it")
    parser.add_argument("--quick", action="store_true", help="leave out the thorough tests")
    parser.add_argument("--reach", type=Path, help="keep what tests reach in this file")
    parser.add_argument(
        "--outcomes",
        type=Path,
        help="keep outcomes in this file, and go on from it; delete it when tests have changed",
    )
    options = parser.parse_args(arguments)
    paths = [path for source in SOURCES for path in sorted(Path(source).rglob("*.py"))]
    mutants = list(
        sample([path for path in paths if options.only in str(path)], options.count, options.seed)
    )
    with tempfile.TemporaryDirectory() as folder:
        reach = _reach(options.reach or Path(folder) / "reach.json")
    _control(mutants[0].path, reach)
    print(f"{len(mutants)} mutants, seed {options.seed}", flush=True)
    outcomes: list[Outcome] = []
    kept = Kept(options.outcomes)

    def try_all(warm: Warm) -> None:
        with ThreadPoolExecutor(options.workers) as pool:
            trial = partial(_tried, reach=reach, warm=warm, quick=options.quick, kept=kept)
            for outcome in pool.map(trial, mutants):
                outcomes.append(outcome)
                if len(outcomes) % 50 == 0:
                    print(f"{len(outcomes)} of {len(mutants)} tried", flush=True)

    with_collected(_quick(), paths, reach, try_all)
    if len(outcomes) < len(mutants):
        raise SystemExit("trials did not run to their end: see above")
    return _conclude(mutants, outcomes)


def _quick() -> list[str]:
    return [*TESTS, *(f"--ignore={each}" for each in THOROUGH)]


def _reach(file: Path) -> Reach:
    """What tests reach, measured unless it was."""
    if not file.exists():
        process = get_context("spawn").Process(target=measure, args=(_quick(), SOURCES, file))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)
    return reach_in(file)


def _control(path: Path, reach: Reach) -> None:
    """Fail unless the code as it is lives, and code that cannot run is killed."""
    tests = reach.tests_of(path, 0)[:20]
    seconds = sum(reach.seconds[test] for test in tests)
    if outcome_of(cold(instead(path, path.read_text()), tests), seconds) != "survived":
        raise SystemExit(f"trials are broken: {path} is killed without a mutation")
    if outcome_of(cold(instead(path, "raise ValueError"), tests), seconds) != "killed":
        raise SystemExit(f"trials are broken: {path} is not replaced by its mutants")


def _tried(mutant: Mutant, *, reach: Reach, warm: Warm, quick: bool, kept: Kept) -> Outcome:
    known = kept.outcome_of(mutant)
    if known is not None:
        return known
    tests = reach.tests_of(mutant.path, mutant.line)
    outcome: Outcome = "survived"
    if tests:
        seconds = sum(reach.seconds[test] for test in tests)
        outcome = outcome_of(warm.process(mutant, tests) or cold(mutant, tests), seconds)
    if outcome == "survived" and not quick:
        outcome = outcome_of(cold(mutant, THOROUGH, shuffled=True), THOROUGH_S)
    kept.keep(mutant, outcome)
    if outcome != "killed":
        print(
            f"{outcome} ({len(tests)} tests): {mutant.path}:{mutant.line} {mutant.operator}\n"
            f"    {mutant.before}\n    {mutant.after}",
            flush=True,
        )
    return outcome


def _conclude(mutants: Sequence[Mutant], outcomes: Sequence[Outcome]) -> int:
    survivors = [
        mutant for mutant, outcome in zip(mutants, outcomes, strict=True) if outcome == "survived"
    ]
    known = _explained()
    unexplained = [mutant for mutant in survivors if mutant.key not in known]
    killed = len(mutants) - len(survivors)
    share = killed / len(mutants) if mutants else 0.0
    hung = outcomes.count("timed out")
    print(
        f"{killed} of {len(mutants)} killed ({share:.1%}), {hung} of them by running out of time; "
        f"{len(survivors)} survived, {len(unexplained)} of them unexplained"
    )
    return 0 if share >= WANTED and not unexplained else 1


def _explained() -> frozenset[tuple[str, str, str]]:
    """The mutants that somebody has read and explained."""
    rows = [line.split("\t") for line in EXPLAINED.read_text().splitlines() if line.strip()]
    wrong = [row for row in rows if len(row) != 4 or not row[3].strip()]
    if wrong:
        raise SystemExit(f"{EXPLAINED.name}: a line has four fields with tabs between: {wrong[0]}")
    return frozenset((path, before, after) for path, before, after, _ in rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
