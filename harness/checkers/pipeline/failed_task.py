"""Every connector and task of a pipeline runs in the end.

Evidence: the last state that Connect told of a connector or a task, while the stack was whole
again. A task that has FAILED is not started again by anybody but an operator, so all that waits
for it waits for ever, however quiet the workers are about it.

UNKNOWN: never by itself. Reports: `failed-task`, once per hop. Cost: O(states told).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence import Evidence
from harness.checkers.pipeline.tale import Tale
from harness.model.facts import TaskEvent
from harness.model.verdict import Anomaly, CheckResult


@checker("failed-task")
def failed_task(evidence: Evidence) -> CheckResult:
    """Find hops of which a connector or task is FAILED in the end."""
    failed = evidence.trails.failed.values()
    return report("failed-task", *(_found(evidence, event) for event in failed))


def _found(evidence: Evidence, event: TaskEvent) -> Found:
    def explain(_: int) -> Anomaly:
        tale = Tale(evidence, "failed-task", event.hop)
        where = f" on {event.worker}" if event.worker else ""
        tale.tell(
            f"{event.task} of {event.hop}{where} was FAILED from {event.time_ns / 1e9:,.1f} s on"
        )
        return tale.tell(f"Connect says: {event.trace or 'nothing'}").end()

    return Found("failed-task", np.zeros(1, dtype=np.intp), explain, event.hop)
