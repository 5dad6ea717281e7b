"""Records that are certainly not in their log: by the final read, or because readers passed them.

A final read that covers a log completely shows all it holds, except what retention removed: what
was told an offset below the log's start, or no offset in a log that no longer starts at 0. A send
that does not know its log (acks=0) must be in none of the logs of its topic.

For a log without a complete final read, the reference's bound applies: every value whose last place
is not above the highest first place of a value that an ok operation read, that no operation read,
and whose writer must have committed.
"""

import numpy as np

from harness.checkers.evidence.arrays import NONE, Flags, Longs, Rows
from harness.checkers.evidence.evidence import Evidence


def absent_at_the_end(evidence: Evidence, rows: Rows) -> Rows:
    """Those of `rows` of sends whose records a complete final read did not find."""
    sends = evidence.sends
    rows = rows[~evidence.held_at_the_end[rows]]
    if not len(rows):
        return rows
    log, offset = sends.log[rows], sends.offset[rows]
    drained = np.append(evidence.drained, False)[log]
    start = np.append(evidence.starts, 0)[log]
    # Without an offset, a record that retention removed cannot be told from a lost one.
    by_log = drained & np.where(offset == NONE, start == 0, offset >= start)
    by_topic = (log == NONE) & np.isin(sends.topic[rows], list(evidence.whole_topics))
    absent: Rows = rows[by_log | by_topic]
    return absent


def passed_by(evidence: Evidence) -> Rows:
    """Rows of committed sends that nobody read, below what others read of an open log."""
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


def _first_of_its_value(values: Longs) -> Flags:
    flags = np.zeros(len(values), dtype=np.bool_)
    flags[np.unique(values, return_index=True)[1]] = True
    return flags
