"""A dead broker's session expires within its configured time-out.

Evidence: the session that ZooKeeper granted to each broker, against `zookeeper.session.timeout.ms`.
The server fits what is asked for between 2 and 20 of its ticks and says nothing of it.

UNKNOWN: a scenario claims it, and no session could be seen. Reports: `longer-session`, once per
broker. Cost: O(brokers).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.model.defaults.sessions import TIMEOUT, asked_ms
from harness.model.verdict import Anomaly, CheckResult

LONGER_SESSION = Kind(
    "longer-session",
    meaning="A broker's session outlives it for longer than its configured time-out.",
    counted="{broker keeps its|brokers keep their} session for longer than configured",
    weight=620,
    claim="failover",
)


@checker("longer-session")
def longer_session(evidence: Evidence) -> CheckResult:
    """Find brokers with a longer session than they ask for."""
    sessions = evidence.facts.sessions
    if not sessions and "failover" in evidence.scenario.claims:
        return CheckResult(checker="longer-session", unknown="no session of a broker was seen")
    asked = asked_ms(evidence.scenario.topology)
    rows = np.flatnonzero([session.timeout_ms > asked for session in sessions])

    def explain(row: int) -> Anomaly:
        session = sessions[row]
        proof = Proof(evidence, LONGER_SESSION)
        proof.add(f"{session.service} asks for {TIMEOUT}={asked}")
        return proof.add(f"yet ZooKeeper gives it up after {session.timeout_ms} ms").end()

    return report("longer-session", Found(LONGER_SESSION, rows, explain))
