"""How well the checkers tell broken runs from legal ones, kind by kind.

Generated runs are those of `tests/checkers/pipeline.py`: a log system in small that does everything
right, with transactions. LEGAL of them are judged as they are, where anything that is found is a
false alarm; and each falsifier of `tests/checkers` breaks BROKEN of them in one way, where what it
must show is to be found, and nothing that does not follow. Recorded runs are those of controls on
real containers (`tests/checkers/recordings`): known-good ones must show nothing that their settings
do not permit, twins their anomaly, and each falsifier breaks each known-good one whose clients only
send and read in BROKEN_RECORDINGS places. What logs do by design (see BY_DESIGN) counts neither
way.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from harness.checkers.verdict.judge import judge
from harness.engine.catalogue.scenarios import controls
from harness.model.verdict import Verdict
from tests.checkers.falsify_transactions import FALSIFIERS
from tests.checkers.pipeline import Run, legal_run
from tests.checkers.recorded import APPLICABLE, as_run, is_plain, names, recorded
from tests.checkers.test_falsified import DEMANDING
from tests.checkers.verdicts import BY_DESIGN, OF_LOGS, OF_SERVICES, found

LEGAL = 10_000
BROKEN = 200
BROKEN_RECORDINGS = 5
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

    def take_legal(self, verdict: Verdict, permitted: frozenset[str] = frozenset()) -> None:
        """Mark the verdict on a legal run, in which some kinds may be there by its settings."""
        self.legal += 1
        self.alarms.update(set(found(verdict)) - permitted - BY_DESIGN)
        self.unknown += bool(verdict.unknowns)

    def take_broken(self, verdict: Verdict, must: frozenset[str], may: frozenset[str]) -> None:
        """Mark the verdict on a run that `must` show some kinds and `may` show others."""
        kinds = set(found(verdict)) - BY_DESIGN
        self.asked.update(must)
        self.answered.update(must & kinds)
        self.strange.update(kinds - must - may)


def judged(run: Run) -> Verdict:
    """The verdict on a run, under every claim."""
    return judge(run.history(), run.facts(), DEMANDING)


def sit(legal: int, broken: int) -> Exam:
    """Judge that many legal runs, and that many broken ones of each falsifier."""
    exam = Exam()
    for seed in range(legal):
        random = Random(seed)
        exam.take_legal(judged(legal_run(random, random.randrange(STEPS_MAX))))
    for falsifier in FALSIFIERS.values():
        done = seed = 0
        while done < broken:
            random = Random(seed)
            seed += 1
            run = legal_run(random, random.randrange(STEPS_MAX // 2))
            if falsifier.apply(run, random):
                done += 1
                exam.take_broken(judged(run), falsifier.must, falsifier.may)
    return exam


def sit_recorded(broken: int) -> Exam:
    """Judge the recorded runs, and each known-good one broken in that many places of a kind."""
    exam = Exam()
    for pair in (each for each in controls() if each.good.name in names()):
        good, bad = recorded(pair.good.name), recorded(pair.bad.name)
        verdict = judge(good.history, good.facts, good.plan.scenario)
        permitted = frozenset(each.kind for each in verdict.findings if each.permitted_by)
        exam.take_legal(verdict, permitted)
        verdict = judge(bad.history, bad.facts, bad.plan.scenario)
        # One setting brings more than one kind about: which, the recorded verdict says.
        exam.take_broken(verdict, frozenset(pair.shows), frozenset(found(bad.verdict)))
        for name, falsifier in APPLICABLE.items() if is_plain(good) else ():
            for place in range(broken):
                random = Random(f"{pair.id} {name} {place}")
                run = as_run(good.history, good.facts)
                if falsifier.apply(run, random):
                    exam.take_broken(judged(run), falsifier.must, falsifier.may | permitted)
    return exam


def main() -> str:
    """Sit the exam and return the tables."""
    generated = ("generated", sit(LEGAL, BROKEN), OF_LOGS, len(FALSIFIERS))
    real = ("recorded", sit_recorded(BROKEN_RECORDINGS), OF_LOGS | OF_SERVICES, len(APPLICABLE))
    return "\n\n".join("\n".join(_table(*each)) for each in (generated, real))


def _table(source: str, exam: Exam, kinds: frozenset[str], ways: int) -> Iterator[str]:
    titles = ("must show it", "shows it", "detected", "strange", "false alarms")
    yield f"{source:<22} " + " ".join(f"{title:>12}" for title in titles)
    for kind in sorted(kinds - BY_DESIGN):
        asked, answered = exam.asked[kind], exam.answered[kind]
        rate = f"{answered / asked:.1%}" if asked else "not there"
        alarms = f"{exam.alarms[kind] / exam.legal:.2%}"
        figures = (f"{asked:,}", f"{answered:,}", rate, f"{exam.strange[kind]:,}", alarms)
        yield f"{kind:<22} " + " ".join(f"{figure:>12}" for figure in figures)
    yield (
        f"{exam.legal:,} legal runs: {exam.alarms.total():,} false alarms, "
        f"{exam.unknown:,} without a verdict; {ways} ways to break one"
    )
