"""How well the checkers tell broken runs from legal ones, kind by kind.

The runs are those of `tests/checkers/pipeline.py`: a log system in small that does everything
right, with transactions. LEGAL of them are judged as they are, where anything that is found is a
false alarm; and each falsifier of `tests/checkers` breaks BROKEN of them in one way, where what it
must show is to be found, and nothing that does not follow. What logs do by design (see BY_DESIGN)
counts neither way.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from harness.checkers.judge import judge
from tests.checkers.falsify_transactions import FALSIFIERS
from tests.checkers.pipeline import Run, legal_run
from tests.checkers.test_falsified import DEMANDING
from tests.checkers.verdicts import BY_DESIGN, OF_LOGS, found

LEGAL = 10_000
BROKEN = 200
STEPS_MAX = 80


@dataclass
class Exam:
    """Counts by kind."""

    legal: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    """Legal runs in which a kind was found."""
    asked: Counter[str] = field(default_factory=Counter)
    """Broken runs that must show a kind."""
    answered: Counter[str] = field(default_factory=Counter)
    """Those that did."""
    strange: Counter[str] = field(default_factory=Counter)
    """Broken runs that showed a kind which does not follow from the break."""
    unknown: int = 0
    """Legal runs that were not VALID though nothing was found."""

    def take_legal(self, run: Run) -> None:
        """Judge a legal run."""
        verdict = judge(run.history(), run.facts(), DEMANDING)
        self.legal += 1
        self.alarms.update(set(found(verdict)) - BY_DESIGN)
        self.unknown += bool(verdict.unknowns)

    def take_broken(self, run: Run, must: frozenset[str], may: frozenset[str]) -> None:
        """Judge a run that was broken so that it `must` show some kinds and `may` show others."""
        kinds = set(found(judge(run.history(), run.facts(), DEMANDING))) - BY_DESIGN
        self.asked.update(must)
        self.answered.update(must & kinds)
        self.strange.update(kinds - must - may)


def sit(legal: int, broken: int) -> Exam:
    """Judge that many legal runs, and that many broken ones of each falsifier."""
    exam = Exam()
    for seed in range(legal):
        random = Random(seed)
        exam.take_legal(legal_run(random, random.randrange(STEPS_MAX)))
    for falsifier in FALSIFIERS.values():
        done = seed = 0
        while done < broken:
            random = Random(seed)
            seed += 1
            run = legal_run(random, random.randrange(STEPS_MAX // 2))
            if falsifier.apply(run, random):
                done += 1
                exam.take_broken(run, falsifier.must, falsifier.may)
    return exam


def main() -> str:
    """Sit the exam and return the table."""
    exam = sit(LEGAL, BROKEN)
    titles = ("must show it", "shows it", "detected", "strange", "false alarms")
    lines = [f"{'anomaly':<22} " + " ".join(f"{title:>12}" for title in titles)]
    for kind in sorted(OF_LOGS - BY_DESIGN):
        asked, answered = exam.asked[kind], exam.answered[kind]
        rate = f"{answered / asked:.1%}" if asked else "by hand"
        alarms = f"{exam.alarms[kind] / exam.legal:.2%}"
        figures = (f"{asked:,}", f"{answered:,}", rate, f"{exam.strange[kind]:,}", alarms)
        lines.append(f"{kind:<22} " + " ".join(f"{figure:>12}" for figure in figures))
    lines.append(
        f"{exam.legal:,} legal runs: {exam.alarms.total():,} false alarms, "
        f"{exam.unknown:,} without a verdict; {len(FALSIFIERS)} ways to break one"
    )
    return "\n".join(lines)
