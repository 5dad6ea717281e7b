"""What a run that did not end as it should cannot show.

Some kinds are concluded from something that is missing: a record that nobody read, a value that
nobody sent. A harness that was killed leaves a journal in which the last moments of some workers
are missing, and one that was stopped before its final read has not looked everywhere yet.
"""

from harness.checkers.kind import KINDS
from harness.history.history import History
from harness.model.facts import Facts

STOPPED = "stopped run: it ended before its final read, so nothing was read to the end"
KILLED = "killed run: what this kind misses may be what was not written down any more"


def unprovable(history: History, facts: Facts) -> dict[str, str]:
    """Kinds of anomaly that do not count in this run, each with the reason.

    The engine writes the phase `capture` once the journal is whole and closed, and the ends of
    logs once the final read is done. A history written by hand has no phases and no holes.
    """
    phases = {event.phase for event in facts.phases}
    if history.incomplete or (phases and "capture" not in phases):
        return {name: KILLED for name, kind in KINDS.items() if kind.rests_on_absence}
    if phases and not facts.logs:
        return {"unseen": STOPPED}
    return {}
