"""What a run did not test, in sentences: a report that hides it claims too much."""

from collections.abc import Iterator, Mapping, Sequence

from harness.kit.counts import counted
from harness.model.facts import Facts
from harness.model.pipeline.hops import hops
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Plan
from harness.model.verdict import Validity, Verdict
from harness.model.workload import LogWorkload
from harness.reporting.entry import Entry, entry_of
from harness.reporting.page.fault_story import FaultStory
from harness.reporting.words import listed

_JUDGED: Mapping[Entry, str] = {
    "send": "the records of this run's own producers",
    "write": "the rows of this run's own writers",
}
_SCOPE = (
    "Only {judged} were judged, under the settings and the faults on this page; nothing is said of "
    "other settings, other faults or longer runs."
)


def untested(
    plan: Plan, facts: Facts, verdict: Verdict, faults: Sequence[FaultStory]
) -> tuple[str, ...]:
    """Sentences for people who would otherwise read more into the verdict than it says."""
    return (
        *_judgement(verdict),
        *_faults(faults),
        *_workload(plan.scenario.log_workload),
        *_pipeline(plan.scenario.pipeline),
        *_logs(facts),
        _SCOPE.format(judged=_JUDGED[entry_of(plan.scenario)]),
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


def _workload(workload: LogWorkload) -> Iterator[str]:
    if not workload.topics:
        return
    if not workload.consumers:
        yield "No consumer ran beside the traffic: only what the logs hold at the end was judged."
    elif all(consumers.mode == "assigned" for consumers in workload.consumers):
        yield "No consumer group took part: rebalances and committed offsets were not tested."
    if all(topic.partitions == 1 for topic in workload.topics):
        yield "Every topic has one partition: nothing was tested across partitions."


def _pipeline(workload: PipelineWorkload) -> Iterator[str]:
    read = {readers.copy for readers in workload.readers} | {race.cache for race in workload.races}
    unread = [
        hop.target
        for hop in hops(workload)
        if hop.kind != "feed" and hop.target.rpartition("/")[2] not in read
    ]
    if unread:
        yield (
            f"Nobody read {listed(unread)} while traffic ran: only what is there in the end was "
            "judged, not how far behind it was on the way."
        )
    if workload.paths and all(path.feed.partitions == 1 for path in workload.paths):
        yield "Every change topic has one partition: nothing was tested across partitions."


def _logs(facts: Facts) -> Iterator[str]:
    short = [log for log in facts.logs if log.read_to < log.end]
    if short:
        names = listed([f"{log.log} (read to {log.read_to} of {log.end})" for log in short])
        yield f"The final read did not reach the end of {counted(len(short), 'log')}: {names}."
