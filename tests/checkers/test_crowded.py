"""What else happens in a run changes nothing: each case by hand again, behind other traffic.

Numbers of operations, processes, partitions, tables and rows begin at 0 in a small history, so that
a wrong number is often right by luck. Here none of those of a case is 0.
"""

from collections.abc import Iterable, Sequence

import pytest

from harness.checkers.verdict.judge import judge
from harness.history.build import TICK_NS, Completion, HistoryBuilder
from harness.history.flow_build import FlowBuilder
from harness.model.facts import Facts
from harness.model.verdict import Anomaly, Finding
from tests.checkers.flows import TOPICS, Run
from tests.checkers.test_anomalies import ALL, Writer
from tests.checkers.test_flow_anomalies import CASES, Case, Found
from tests.checkers.verdicts import scenario

LATER_NS = 100 * TICK_NS


class Crowded(HistoryBuilder):
    """A history in which much has happened before; times that are given count from then on."""

    def __init__(self) -> None:
        super().__init__()
        self._later_ns = 0
        self._before()
        self._later_ns = LATER_NS
        self._now_ns = self._invoked_ns = LATER_NS
        self.earlier = self.rows.count("operations")

    @property
    def now_ns(self) -> int:
        """As the case counts time."""
        return self._now_ns - self._later_ns

    def operation(self, f: str, process: str, client: str, completion: Completion) -> int:
        """An operation, as much later as the others took."""
        moved = completion.copy()
        if "invoke_ns" in moved:
            moved["invoke_ns"] += self._later_ns
        if (complete_ns := moved.get("complete_ns")) is not None:
            moved["complete_ns"] = complete_ns + self._later_ns
        return super().operation(f, process, client, moved)

    def _before(self) -> None:
        """Two consumers of a group and one without take turns over four partitions."""
        logs = [f"noise-{number}" for number in range(4)]
        for name in ("noisy-0", "noisy-1"):
            self.process(name, group="noise")
        for number in range(12):
            self.send("noise", 1_000_000 + number, log=logs[number % 4], offset=number // 4)
        for number, log in enumerate(logs):
            records = [(log, offset, 1_000_000 + 4 * offset + number) for offset in range(3)]
            self.assign(f"noisy-{number % 2}", [log])
            self.poll(f"noisy-{number % 2}", records[:2])
            self.revoke(f"noisy-{number % 2}", [log])
            self.assign(f"noisy-{1 - number % 2}", [log])
            self.poll(f"noisy-{1 - number % 2}", records[2:])
            self.revoke(f"noisy-{1 - number % 2}", [log])
            self.poll("alone", records)


def crowded_run() -> tuple[Run, int]:
    """A pipeline in which rows of another table came and went; and the number of operations."""
    run = Run()
    build = Crowded()
    run.flow = FlowBuilder(build)
    for key in (3, 4):
        run.put(key, table="items")
        run.put(key, table="items")
        run.drop(key, table="items")
    run.flow.events(TOPICS, "items-0")
    run.flow.changes = []
    return run, run.flow.drain(TOPICS) + 1


def proof(example: Anomaly, earlier: int) -> object:
    """What an anomaly is proved by, with operations as they are numbered in the case alone."""
    operations = [op - earlier for op in example.operations]
    return example.kind, example.log, example.hop, example.keys, operations


def proofs(findings: Iterable[Finding], earlier: int) -> Sequence[object]:
    return [proof(example, earlier) for each in findings for example in each.examples]


@pytest.mark.parametrize("bad", [True, False])
@pytest.mark.parametrize(("kind", "write"), ALL, ids=lambda part: getattr(part, "__name__", part))
def test_a_history_shows_the_same_behind_other_traffic(
    kind: str, write: Writer, *, bad: bool
) -> None:
    alone, crowded = HistoryBuilder(), Crowded()
    facts = [write(build, bad=bad) or Facts() for build in (alone, crowded)]
    first = judge(alone.history(), facts[0], scenario())
    second = judge(crowded.history(), facts[1], scenario())
    assert {each.kind for each in second.findings} == ({kind} if bad else set())
    assert proofs(second.findings, crowded.earlier) == proofs(first.findings, 0)


@pytest.mark.parametrize("bad", [True, False])
@pytest.mark.parametrize(("found", "case"), CASES, ids=lambda part: getattr(part, "__name__", ""))
def test_a_flow_shows_the_same_behind_other_traffic(found: Found, case: Case, *, bad: bool) -> None:
    alone, (crowded, earlier) = Run(), crowded_run()
    case(alone, bad=bad)
    case(crowded, bad=bad)
    first, second = alone.verdict(), crowded.verdict()
    assert proofs(second.findings, earlier) == proofs(first.findings, 0)
    assert not bad or {each.kind: each.hops for each in second.findings} == found
