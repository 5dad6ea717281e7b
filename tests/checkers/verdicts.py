"""Short words for tests of checkers: ends of logs, scenarios, what a verdict shows."""

from harness.checkers.kind import KINDS
from harness.checkers.verdict.claims import CLAIMS
from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts, LogEnd
from harness.model.scenario import Floor, Scenario
from harness.model.value import Settings
from harness.model.verdict import Verdict
from harness.model.workload import Consumers, LogWorkload, Producers, Topic


def against(*claims: str) -> frozenset[str]:
    """The kinds of anomaly that contradict one of `claims`."""
    return frozenset(kind for claim in claims for kind in CLAIMS[claim].contradicted_by)


OF_PIPELINES = against(*(name for name, claim in CLAIMS.items() if claim.of_pipelines))
OF_SERVICES = against("recovery", "failover")
"""Kinds of anomaly that no history shows, but the facts of a run."""
OF_LOGS = frozenset(KINDS) - OF_PIPELINES - OF_SERVICES
"""Kinds of anomaly that records of producers can show."""
OF_GROUPS = against("ownership", "sole-ownership", "committed-offsets", "resumption")
"""Kinds that take what a coordinator wrote; `test_groups` has histories with that."""
OF_CLEANUP_AND_KEYS = against("retention", "key-order", "compaction") | {"resurrected-key"}
"""Kinds that take a topic with cleanup or several partitions of one key; `test_topics` has them."""
OF_ADMINISTRATION = against("administration")
"""Kinds that take administrators of topics; `test_administration` has histories with them."""
OF_APPLICATIONS = against("progress", "processing") | {"stale-result"}
"""Kinds that take promises or processors; they have tests of their own."""
BY_DESIGN = frozenset({"int-send-skip", "G0", "G0-process", "G0-realtime", "G1c-ww"})
"""Kinds that contradict nothing: logs interleave concurrent senders."""
SAFE = Producers(topic="orders", settings={"enable.idempotence": True})


def scenario(
    *,
    claims: tuple[str, ...] = (),
    producers: Producers = SAFE,
    consumers: tuple[Consumers, ...] = (),
    partitions: int = 1,
    replicas: int = 3,
    acks: int = 0,
    settings: Settings | None = None,
) -> Scenario:
    """A scenario over the topic `orders`, which has those settings."""
    topic = Topic(name="orders", partitions=partitions, replicas=replicas, settings=settings or {})
    return Scenario(
        name="test",
        about="a test",
        claims=claims,
        workload=LogWorkload(topics=(topic,), producers=(producers,), consumers=consumers),
        floor=Floor(acks=acks),
    )


def drained(*ends: int, start: int = 0) -> Facts:
    """Facts of a run whose final read came to the end of `orders-0`, `orders-1` and so on."""
    return Facts(
        logs=tuple(
            LogEnd(log=f"orders-{number}", start=start, end=end, read_to=end)
            for number, end in enumerate(ends)
        )
    )


def counts(
    build: HistoryBuilder, known: Facts | None = None, of: Scenario | None = None
) -> dict[str, int]:
    """What was found, by kind; fails when a checker could not judge."""
    verdict = judge(build.history(), known or Facts(), of or scenario())
    assert not [result.unknown for result in verdict.checkers if result.unknown]
    return found(verdict)


def found(verdict: Verdict) -> dict[str, int]:
    """What was found, by kind."""
    return {finding.kind: finding.count for finding in verdict.findings}
