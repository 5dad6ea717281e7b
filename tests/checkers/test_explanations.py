"""What explanations say: mutants of their sentences that no other test noticed."""

from tests.checkers.flows import LOG, TOPICS, Run


def test_a_second_event_of_a_change_is_told_as_one_more() -> None:
    run = Run()
    run.put(1)
    run.captured()
    run.flow.events(TOPICS, LOG, run.flow.changes)
    run.copied()
    (finding,) = [each for each in run.verdict().findings if each.kind == "duplicate-change"]
    events = [each for each in finding.examples[0].because if "offset" in each]
    assert [each.startswith("and again, ") for each in events] == [False, True]
