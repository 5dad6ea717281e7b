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
    "Only {judged} were judged, under the settings and the faults on this page. Other settings, "
    "other faults and longer runs were not tested."
)


def untested(
    plan: Plan, facts: Facts, verdict: Verdict, faults: Sequence[FaultStory]
) -> tuple[str, ...]:
    """The limits of the verdict, one sentence each."""
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
            yield f"The claim `{claim.claim}` stays open: the run neither proves nor refutes it."
    for checker in verdict.checkers:
        if checker.unknown:
            yield f"The checker `{checker.checker}` could not judge: {checker.unknown}."


def _faults(faults: Sequence[FaultStory]) -> Iterator[str]:
    if not faults:
        yield "The plan has no fault: behaviour under faults was not tested."
    for story in faults:
        if not story.is_proved:
            yield (
                f"The fault `{story.step}` ({story.kind}): {story.state}, so its "
                "consequences were not tested."
            )


def _workload(workload: LogWorkload) -> Iterator[str]:
    if not workload.topics:
        return
    if not workload.consumers:
        yield "No consumer read during the traffic: only the final read was judged."
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
            f"No reader read {listed(unread)} during the traffic: only the final content was "
            "judged, not its staleness."
        )
    if workload.paths and all(path.feed.partitions == 1 for path in workload.paths):
        yield "Every change topic has one partition: nothing was tested across partitions."


def _logs(facts: Facts) -> Iterator[str]:
    short = [log for log in facts.logs if log.read_to < log.end]
    if short:
        names = listed([f"{log.log} (read to {log.read_to} of {log.end})" for log in short])
        partitions = counted(len(short), "partition")
        yield f"The final read did not reach the end of {partitions}: {names}."
