"""Retention removes only what may go, and the start of a partition never moves back.

A record may go when it is older than `retention.ms`, or when what stands behind it is more than
`retention.bytes`, by any value that these had while it stood (see `harness.model.cleanup`), where
the cleanup policy is to delete. A value is in force from the moment when it was asked for, and the
one before it until the new one was seen in force.

Evidence: where logs were seen to start, and sends that were told an offset before that. A record
is at most as old as the time from its invocation to the first sight of a start behind it, plus the
millisecond to which its time is rounded; what stands behind it is at most as large as all sends
that may be there, each in a batch of its own. So an anomaly is never a matter of measuring.

UNKNOWN: never by itself. Reports: `early-removal`, once per record; `start-moved-back`, once per
sight. Cost: O(sends) per value that a limit had.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Flags, Longs, Rows
from harness.checkers.evidence.columns import FAIL
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.cleanup import Setting, is_ever, values_of
from harness.model.facts import StartEvent
from harness.model.verdict import Anomaly, CheckResult
from harness.model.workload import Topic

EARLY_REMOVAL = Kind(
    "early-removal",
    meaning="Retention removed a record that was neither old enough nor beyond the size to keep.",
    counted="{record was|records were} removed too early",
    weight=390,
    claim="retention",
)
START_MOVED_BACK = Kind(
    "start-moved-back",
    meaning="A partition starts at an earlier offset than it did before.",
    counted="{time|times} the start of a partition moved back",
    weight=380,
    claim="retention",
)

GRAIN_NS = 1_000_000
BATCH_AND_RECORD_BYTES = 128
"""More than the frame of a batch with one record, its key and its headers take."""
EVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Force:
    """A limit, and when it was in force on the run's clock."""

    limit: int
    begin_ns: int
    end_ns: int


@checker("retention")
def retention(evidence: Evidence) -> CheckResult:
    """Find records that were removed too early, and starts that moved back."""
    sights = sorted(evidence.facts.starts, key=lambda sight: sight.time_ns)
    back = [place for place, sight in enumerate(sights) if sight.start < _before(sights, place)]
    early = [
        row
        for log in dict.fromkeys(each.log for each in sights)
        for row in _early(evidence, log, [each for each in sights if each.log == log])
    ]
    return report(
        "retention",
        Found(EARLY_REMOVAL, np.array(early, dtype=np.int64), lambda row: _told(evidence, row)),
        Found(START_MOVED_BACK, np.array(back, dtype=np.int64), lambda at: _back(sights, at)),
    )


def _before(sights: list[StartEvent], place: int) -> int:
    """The furthest start that the same log was seen to have before."""
    log = sights[place].log
    return max((each.start for each in sights[:place] if each.log == log), default=0)


def _early(evidence: Evidence, log: str, sights: list[StartEvent]) -> Rows:
    """Rows of sends whose records were removed from `log` before they might."""
    sends = evidence.sends
    if log not in evidence.log_names:
        return np.zeros(0, dtype=np.intp)
    number = evidence.log_names.index(log)
    topic = next(
        each
        for each in evidence.scenario.log_workload.topics
        if each.name == log.rpartition("-")[0]
    )
    starts = np.maximum.accumulate([each.start for each in sights])
    times = np.array([each.time_ns for each in sights])
    gone: Rows = np.flatnonzero(
        (sends.log == number) & (sends.offset >= 0) & (sends.offset < starts[-1])
    )
    sight = np.searchsorted(starts, sends.offset[gone], side="right")
    sent_ns = evidence.operations.invoke_ns[sends.op]
    may = np.zeros(len(gone), dtype=np.bool_)
    if is_ever(evidence.scenario, topic, "delete"):
        for force in _forces(evidence, topic, "retention.ms"):
            age_ns = np.minimum(times[sight], force.end_ns) - sent_ns[gone] + GRAIN_NS
            may |= (age_ns >= force.limit * 1_000_000) & (times[sight] >= force.begin_ns)
        behind = _bytes_behind(evidence, topic, number, starts, times, sent_ns)
        for force in _forces(evidence, topic, "retention.bytes"):
            may |= (behind[sight] >= force.limit) & (times[sight] >= force.begin_ns)
    early: Rows = gone[~may]
    return early


def _bytes_behind(
    evidence: Evidence, topic: Topic, log: int, starts: Longs, times: Longs, sent_ns: Longs
) -> Longs:
    """Per sight: what can have stood behind the start that was seen, at most."""
    sends = evidence.sends
    of_topic = [
        name == topic.name
        for name in (evidence.topic_names.get(int(each), "") for each in np.unique(sends.topic))
    ]
    mine: Flags = np.isin(sends.topic, np.unique(sends.topic)[of_topic])
    mine &= (sends.outcome != FAIL) & ((sends.log == log) | (sends.log == NONE))
    largest = BATCH_AND_RECORD_BYTES + max(
        (each.value_bytes for each in evidence.scenario.log_workload.producers), default=0
    )
    counts = [
        np.count_nonzero(mine & (sent_ns <= time) & ((sends.offset == NONE) | (sends.offset >= at)))
        for at, time in zip(starts.tolist(), times.tolist(), strict=True)
    ]
    return np.array(counts, dtype=np.int64) * largest


def _forces(evidence: Evidence, topic: Topic, setting: str) -> Iterator[Force]:
    """Every limit that `setting` sets, in turn; a negative one removes nothing."""
    values = values_of(evidence.scenario, topic, setting)
    for place, value in enumerate(values):
        end_ns = _moment(evidence, values[place + 1], "witnessed") if value != values[-1] else EVER
        if int(value.value) >= 0:
            yield Force(int(value.value), _moment(evidence, value, "asked"), end_ns)


def _moment(evidence: Evidence, setting: Setting, event: str) -> int:
    """When the step that sets it came to `event`; EVER when it never did."""
    if setting.step is None:
        return 0
    found = (
        each.time_ns
        for each in evidence.facts.faults
        if each.step == setting.step and each.event == event
    )
    return next(found, EVER)


def _told(evidence: Evidence, row: int) -> Anomaly:
    log, offset = int(evidence.sends.log[row]), int(evidence.sends.offset[row])
    seen = next(
        each
        for each in evidence.facts.starts
        if each.log == evidence.log_names[log] and each.start > offset
    )
    sent_ns = int(evidence.operations.invoke_ns[evidence.sends.op[row]])
    proof = Proof(evidence, EARLY_REMOVAL).sent(row)
    proof.add(
        f"and {(seen.time_ns - sent_ns) / 1e6:,.0f} ms after that the log started at {seen.start}, "
        "which neither its age nor the size of later records allows"
    )
    return proof.end(log)


def _back(sights: list[StartEvent], place: int) -> Anomaly:
    sight, before = sights[place], _before(sights, place)
    because = (
        f"{sight.log} started at {before}, and at {sight.time_ns / 1e6:,.0f} ms it was seen to "
        f"start at {sight.start}"
    )
    return Anomaly(kind=START_MOVED_BACK.name, log=sight.log, because=(because,))
