"""At the end every connector and task of a pipeline is running.

Evidence: the last state that Connect told of a connector or a task, while the stack was whole
again. A task that has FAILED is not started again by anybody but an operator, so all that waits
for it waits for ever, however quiet the workers are about it.

What a task says of its end tells a row that its database refused from a database that went away:
other settings permit each.

UNKNOWN: never by itself. Reports: `refused-row` or `failed-task`, once per hop.
Cost: O(states told).
"""

import re

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.facts import TaskEvent
from harness.model.verdict import Anomaly, CheckResult

FAILED_TASK = Kind(
    "failed-task",
    meaning="A connector or a task of it is FAILED, and stays so until it is restarted.",
    counted="{connector is|connectors are} FAILED",
    weight=230,
    claim="running",
)
REFUSED_ROW = Kind(
    "refused-row",
    meaning="A sink's task is FAILED because its database refused a row, and stays so until it is "
    "restarted.",
    counted="{sink is|sinks are} FAILED because {its|their} database refused a row",
    weight=220,
    claim="running",
)

REFUSED = re.compile(
    "Duplicate entry|ConstraintViolation|Data too long|Out of range value|Column '[^']*' cannot be "
    "null|violates [a-z -]+ constraint|value too long for type|out of range for type|"
    "numeric field overflow"
)
"""In the trace of a task whose database took the statement, and not the row."""


@checker("failed-task")
def failed_task(evidence: Evidence) -> CheckResult:
    """Find hops of which a connector or task is FAILED in the end."""
    failed = evidence.trails.failed.items()
    return report("failed-task", *(_found(evidence, hop, event) for hop, event in failed))


def _found(evidence: Evidence, hop: str, event: TaskEvent) -> Found:
    kind = REFUSED_ROW if REFUSED.search(event.trace) else FAILED_TASK

    def explain(_: int) -> Anomaly:
        where = f" on {event.worker}" if event.worker else ""
        since = f"was FAILED from {event.time_ns / 1e9:,.1f} s on"
        proof = FlowProof(evidence, kind, hop)
        proof.add(f"{event.task} of the connector that fills {event.place}{where} {since}")
        return proof.add(f"Connect says: {event.trace or 'nothing'}").end()

    return Found(kind, np.zeros(1, dtype=np.intp), explain, hop)
