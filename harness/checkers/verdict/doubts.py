"""Why a run may prove nothing, whatever its checkers say."""

from collections.abc import Iterator

import polars as pl

from harness.history.history import History
from harness.kit.counts import counted, inflect
from harness.model.administration import CHANGES
from harness.model.cleanup import partitions_of
from harness.model.facts import Facts
from harness.model.pipeline.hops import hops
from harness.model.scenario import Scenario

STALL_MS_MAX = 5_000.0
"""A host that was held up for longer makes clients time out by itself."""
AFTERMATH_NS = 10_000_000_000
"""So long after its heal a fault still explains a time-out."""


def doubts(
    history: History, facts: Facts, scenario: Scenario, claims: tuple[str, ...]
) -> tuple[str, ...]:
    """Sentences on everything that keeps the run from proving its claims."""
    return (
        *((history.incomplete,) if history.incomplete else ()),
        *_refused_writes(history, scenario),
        *facts.unknowns,
        *_too_few_acks(history, scenario),
        *_too_few_changes(history, scenario),
        *(_incomplete_drain(facts, scenario) if "durability" in claims else ()),
        *_places_not_read(facts, scenario),
        *_steps_not_begun(facts, scenario),
        *_faults_not_told(facts, scenario),
        *_faults_that_did_not_bite(facts),
        *_stalled_host(history, facts),
    )


def acknowledged(history: History, *, sends: bool = True, writes: bool = True) -> int:
    """How many sends, and writes to the source of a pipeline, were acknowledged."""
    known = history.operations.select("op", "f", "outcome").filter(pl.col("outcome") == "ok")
    count = len(known.filter(pl.col("f") == "write")) if writes else 0
    if sends:
        sent = known.filter(pl.col("f").is_in(["send", "txn"]))
        count += len(history.sends.select("op").join(sent, on="op", how="semi"))
    return count


def _refused_writes(history: History, scenario: Scenario) -> Iterator[str]:
    """What the source's database said when it refused most writes: the cause of what follows."""
    if acknowledged(history) >= max(scenario.floor.acks, scenario.baseline_acks):
        return
    writes = history.operations.filter(pl.col("f") == "write")
    refused = writes.filter(pl.col("outcome") == "fail", pl.col("error") != 0)
    for number, count in refused["error"].value_counts(sort=True).head(1).iter_rows():
        if 2 * count > len(writes):
            yield (
                f"{count:,} of {len(writes):,} writes to the source failed with "
                f"{history.errors[number]}"
            )


def _too_few_acks(history: History, scenario: Scenario) -> Iterator[str]:
    acks, floor = acknowledged(history), scenario.floor.acks
    if acks < floor:
        what = "{write was|writes were}" if scenario.pipeline.tables else "{send was|sends were}"
        yield (f"only {counted(acks, what)} acknowledged, the scenario asks for at least {floor:,}")


def _too_few_changes(history: History, scenario: Scenario) -> Iterator[str]:
    if not scenario.log_workload.administrators:
        return
    granted = history.operations.filter(pl.col("outcome") == "ok", pl.col("f").is_in(CHANGES))
    if len(granted) < scenario.floor.changes:
        what = counted(len(granted), "{change of topics was|changes of topics were}")
        yield (
            f"only {what} acknowledged, the scenario asks for at least {scenario.floor.changes:,}"
        )


def _incomplete_drain(facts: Facts, scenario: Scenario) -> Iterator[str]:
    ends = {end.log: end for end in facts.logs}
    for topic in scenario.log_workload.topics:
        for partition in range(partitions_of(scenario, topic)):
            log = f"{topic.name}-{partition}"
            end = ends.get(log)
            if end is None:
                yield f"the final read did not look at {log}"
            elif end.read_to < 0:
                yield f"the final read of {log} found no leader to ask"
            elif end.read_to < end.end:
                yield f"the final read of {log} came to offset {end.read_to} of {end.end}"


def _places_not_read(facts: Facts, scenario: Scenario) -> Iterator[str]:
    steps = hops(scenario.pipeline)
    for place in dict.fromkeys([each for hop in steps for each in (hop.origin, hop.target)]):
        if place not in facts.drained:
            why = f": {facts.unread[place]}" if place in facts.unread else ""
            yield f"the final read of {place} is not complete{why}"


def _steps_not_begun(facts: Facts, scenario: Scenario) -> Iterator[str]:
    """A run without one of its steps is another run."""
    missing = [step.name for step in scenario.steps if step.name not in facts.begun]
    if missing:
        steps = inflect("{step|steps}", len(missing))
        yield f"{steps} {', '.join(missing)} of the plan did not start"


def _faults_not_told(facts: Facts, scenario: Scenario) -> Iterator[str]:
    """A fault has a witness, or a reason why not, and an end."""
    told: dict[str, set[str]] = {}
    for event in facts.faults:
        told.setdefault(event.step, set()).add(event.event)
    for step in scenario.steps:
        if step.fault is None or step.name not in facts.begun:
            continue
        events = told.get(step.name, set())
        what = f"fault {step.fault.kind} of step {step.name}"
        if not events:
            yield f"nothing is known of {what}"
        elif "injected" in events and not events & {"witnessed", "unwitnessed", "failed"}:
            yield f"no measurement shows whether {what} took effect"
        elif "injected" in events and not events & {"healed", "failed"}:
            yield f"{what} was never healed"


def _faults_that_did_not_bite(facts: Facts) -> Iterator[str]:
    injected = {event.step for event in facts.faults if event.event == "injected"}
    failed = {event.step for event in facts.faults if event.event == "failed"}
    for event in facts.faults:
        what = f"fault {event.kind} of step {event.step} on {', '.join(event.targets) or 'nothing'}"
        note = f": {event.note}" if event.note else ""
        if event.event == "unwitnessed":
            yield f"{what} had no effect{note}"
        elif event.event == "failed":
            yield f"{what} failed{note}"
        elif event.event == "asked" and event.step not in injected | failed:
            yield f"{what} was asked for and never injected"


def _stalled_host(history: History, facts: Facts) -> Iterator[str]:
    if facts.host_stall_ms_max <= STALL_MS_MAX:
        return
    unsure = history.operations.filter(pl.col("outcome") == "info")
    for begin_ns, end_ns in _windows(facts):
        after = pl.col("invoke_ns") > end_ns + AFTERMATH_NS
        unsure = unsure.filter(after | (pl.col("complete_ns").fill_null(begin_ns) < begin_ns))
    if len(unsure):
        yield (
            f"{counted(len(unsure), 'operation')} timed out away from any fault, while the "
            f"harness stalled for {facts.host_stall_ms_max:,.0f} ms"
        )


def _windows(facts: Facts) -> Iterator[tuple[int, int]]:
    """From injection to heal of each fault; one that was never healed lasts for ever."""
    healed = {event.step: event.time_ns for event in facts.faults if event.event == "healed"}
    for event in facts.faults:
        if event.event == "injected":
            yield event.time_ns, healed.get(event.step, 1 << 62)
