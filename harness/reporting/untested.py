"""What a run did not test, in sentences: a report that hides it claims too much."""

from collections.abc import Iterator, Sequence

from harness.model.facts import Facts
from harness.model.scenario import Plan
from harness.model.verdict import Validity, Verdict
from harness.reporting.fault_story import FaultStory
from harness.reporting.words import counted, listed

_SCOPE = (
    "Only the records of this run's own producers were judged, under the settings and the faults "
    "on this page; nothing is said of other settings, other faults or longer runs."
)


def untested(
    plan: Plan, facts: Facts, verdict: Verdict, faults: Sequence[FaultStory]
) -> tuple[str, ...]:
    """Sentences for people who would otherwise read more into the verdict than it says."""
    return (
        *_judgement(verdict),
        *_faults(faults),
        *_workload(plan),
        *_logs(facts),
        _SCOPE,
    )


def _judgement(verdict: Verdict) -> Iterator[str]:
    for claim in verdict.claims:
        if claim.validity is Validity.UNKNOWN:
            yield f"The claim `{claim.claim}` stays open: the run could not prove it either way."
    for checker in verdict.checkers:
        if checker.unknown:
            yield f"The checker `{checker.checker}` could not judge: {checker.unknown}."


def _faults(faults: Sequence[FaultStory]) -> Iterator[str]:
    if not faults:
        yield "No fault was asked for: this run says how the system behaves undisturbed."
    for story in faults:
        if not story.is_proved:
            yield (
                f"The fault `{story.step}` ({story.kind}): {story.state}, so what "
                "holds under it was not tested."
            )


def _workload(plan: Plan) -> Iterator[str]:
    workload = plan.scenario.log_workload
    if not workload.topics:
        return
    if not workload.consumers:
        yield "No consumer ran beside the traffic: only what the logs hold at the end was judged."
    elif all(consumers.mode == "assigned" for consumers in workload.consumers):
        yield "No consumer group took part: rebalances and committed offsets were not tested."
    if all(topic.partitions == 1 for topic in workload.topics):
        yield "Every topic has one partition: nothing was tested across partitions."


def _logs(facts: Facts) -> Iterator[str]:
    short = [log for log in facts.logs if log.read_to < log.end]
    if short:
        names = listed([f"{log.log} (read to {log.read_to} of {log.end})" for log in short])
        yield f"The final read did not reach the end of {counted(len(short), 'log')}: {names}."
