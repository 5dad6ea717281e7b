"""On small histories of any kind, the checkers count what the plain definitions count."""

from hypothesis import given, settings

from harness.checkers.verdict.judge import judge
from harness.history.history import History
from harness.model.facts import Facts
from tests.checkers.arbitrary import SCENARIO, facts, histories
from tests.checkers.oracle import Oracle


@given(histories(), facts())
@settings(max_examples=300, deadline=None)
def test_checkers_count_what_the_definitions_count(history: History, known: Facts) -> None:
    verdict = judge(history, known, SCENARIO)
    assert [result.unknown for result in verdict.checkers if result.unknown] == []
    counted = {finding.kind: finding.count for finding in verdict.findings}
    assert counted == Oracle(history, known, SCENARIO).counts()
