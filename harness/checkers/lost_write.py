"""An acknowledged record stays in its log.

Evidence: a send that is ok, and a final read of its log that is complete and lacks its value,
unless the offset it was told lies below the log's start (retention removed it). A send that was
told no offset (acks=0) must be in none of the logs of its topic, all read from 0 to their ends.

For a log without a complete final read, the reference's bound applies: every value whose last place
is not above the highest first place of a value that an ok operation read, that no operation read,
and whose writer must have committed. (The reference also calls a record lost that only a failed
operation read; it is in the log, so it is not.)

UNKNOWN: never by itself; an incomplete final read is the judge's to report.
Reports: `lost-write`. Cost: O(records).
"""

import numpy as np

from harness.checkers.arrays import NONE, Flags, Rows
from harness.checkers.checker import Found, checker, report
from harness.checkers.columns import OK
from harness.checkers.evidence import Evidence
from harness.checkers.sentences import Story
from harness.model.verdict import Anomaly, CheckResult


@checker("lost-write")
def lost_write(evidence: Evidence) -> CheckResult:
    """Find acknowledged records that their log does not hold."""
    lost = np.union1d(_absent_at_the_end(evidence), _passed_by(evidence))
    return report("lost-write", Found("lost-write", lost, lambda row: _explain(evidence, row)))


def _absent_at_the_end(evidence: Evidence) -> Rows:
    sends = evidence.sends
    rows = np.flatnonzero((sends.outcome == OK) & ~evidence.held_at_the_end)
    if not len(rows):
        return rows
    log, offset = sends.log[rows], sends.offset[rows]
    drained = np.append(evidence.drained, False)[log]
    start = np.append(evidence.starts, 0)[log]
    # Without an offset, a record that retention removed cannot be told from a lost one.
    by_log = drained & np.where(offset == NONE, start == 0, offset >= start)
    by_topic = (log == NONE) & np.isin(sends.topic[rows], list(evidence.whole_topics))
    lost: Rows = rows[by_log | by_topic]
    return lost


def _passed_by(evidence: Evidence) -> Rows:
    open_logs = np.flatnonzero(~evidence.drained)
    found = [_below_bound(evidence, log) for log in open_logs.tolist()]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.intp)


def _below_bound(evidence: Evidence, log: int) -> Rows:
    """The reference's rule for one log."""
    places = evidence.placements
    mine = places.in_log_order(log)
    if not places.seen_ok[mine].any():
        return np.zeros(0, dtype=np.intp)
    index = places.index[places.cell(mine)]
    value = places.value[mine]
    # The bound is the highest first place; a value that stands once has only one.
    first = _first_of_its_value(value)
    read = np.isin(value, value[places.seen_ok[mine]]) if not first.all() else places.seen_ok[mine]
    bound = index[first & read].max()
    sender = places.sender[mine]
    wanted = _first_of_its_value(value[::-1])[::-1] & (index <= bound) & (sender != NONE)
    senders = sender[wanted]
    lost = evidence.placements.committed[senders] & ~evidence.read[senders]
    return np.unique(senders[lost]).astype(np.intp)


def _first_of_its_value(values: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Flags:
    flags = np.zeros(len(values), dtype=np.bool_)
    flags[np.unique(values, return_index=True)[1]] = True
    return flags


def _explain(evidence: Evidence, row: int) -> Anomaly:
    story = Story(evidence, "lost-write").sent(row)
    log, offset = int(evidence.sends.log[row]), int(evidence.sends.offset[row])
    if log == NONE:
        return story.tell("yet none of the logs of its topic holds it, all read from 0 on").end()
    if evidence.drained[log]:
        return story.without(log, offset).end(log)
    places = evidence.placements
    beyond = places.in_log_order(log)
    beyond = beyond[
        places.seen_ok[beyond] & (places.cell(beyond) >= places.cell(np.array([places.told[row]])))
    ]
    for place in beyond[:1].tolist():
        story.read(int(evidence.readers(place)[0]), before="yet ")
    return story.tell("and nobody ever read it").end(log)
