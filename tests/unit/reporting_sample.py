"""A run to report on, made up but plausible: two followers paused, then the leader killed.

Two producers send with acks=1 to `orders` (three partitions), two consumers of one group read it.
While followers sleep the leader of orders-0 acknowledges alone; then it dies with what it had
acknowledged, and a follower that never saw it leads. What was acknowledged in between is lost.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from harness.history.build import HistoryBuilder
from harness.history.history import History
from harness.kit.rng import stream
from harness.model.conditions import Acks, Elapsed
from harness.model.facts import Facts, FaultEvent, LeaderEvent, LogEnd, PhaseEvent
from harness.model.fault import After, FaultSpec, Heal, Step
from harness.model.manifest import Manifest
from harness.model.roles import Followers, Leader
from harness.model.scenario import Plan, Scenario
from harness.model.topology import Topology
from harness.model.verdict import Anomaly, CheckResult, ClaimResult, Finding, Validity, Verdict
from harness.model.workload import Consumers, LogWorkload, Producers, Topic

MS = 1_000_000
PAUSED_MS, KILLED_MS, RESUMED_MS, RESTARTED_MS = 20_000, 26_000, 30_500, 41_000
CHAOS_MS, HEAL_MS, SETTLE_MS, DRAIN_MS = 8_000, 46_000, 50_000, 56_000
PARTITIONS = 3
LOST_LIMIT = 40
REBALANCE = (
    "`subscribe`: after a rebalance a member starts from the committed offset, which may lie "
    "before what another member has read."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything that a page is rendered from."""

    manifest: Manifest
    plan: Plan
    history: History
    facts: Facts
    verdict: Verdict


@dataclass(slots=True)
class _Sent:
    at_ms: float
    producer: int
    value: int
    log: int
    done_ms: float | None = None
    outcome: str = "ok"
    offset: int | None = None
    error: str = ""
    op: int = -1

    @property
    def lost(self) -> bool:
        return self.log == 0 and self.outcome == "ok" and PAUSED_MS < self.at_ms < KILLED_MS


def sample(
    *, scenario: str = "paused-followers-then-killed-leader", topic: str = "orders"
) -> Sample:
    """The run, with the lost writes found."""
    sent = _sends()
    history = _history(sent, topic)
    lost = [send for send in sent if send.lost]
    return Sample(
        manifest=_manifest(scenario),
        plan=_plan(scenario, topic),
        history=history,
        facts=_facts(topic),
        verdict=_verdict(lost, topic),
    )


def valid_sample() -> Sample:
    """The same traffic, judged to have lost nothing."""
    broken = sample(scenario="nothing-breaks")
    claims = tuple(
        msgspec.structs.replace(claim, validity=Validity.VALID, why=())
        for claim in broken.verdict.claims
    )
    verdict = Verdict(
        validity=Validity.VALID,
        headline="2 claims hold over 2,380 acknowledged sends under 2 witnessed faults",
        claims=claims,
        findings=(),
        unknowns=(),
        checkers=(CheckResult(checker="lost-writes", statistics={"acknowledged": 2380.0}),),
    )
    return Sample(
        manifest=broken.manifest,
        plan=broken.plan,
        history=broken.history,
        facts=broken.facts,
        verdict=verdict,
    )


def unknown_sample() -> Sample:
    """A run whose second fault had no effect and whose final read fell short."""
    broken = sample(scenario="a-fault-that-did-not-bite")
    reasons = (
        "The fault `kill-leader` (process.kill) had no effect: the process of broker-1 still runs.",
        "The final read of orders-2 ended at 612 of 790.",
    )
    claims = tuple(
        msgspec.structs.replace(claim, validity=Validity.UNKNOWN, why=reasons[:1])
        for claim in broken.verdict.claims
    )
    faults = tuple(
        msgspec.structs.replace(event, event="unwitnessed", note="pid 4711 still there after 10 s")
        if (event.step, event.event) == ("kill-leader", "witnessed")
        else event
        for event in broken.facts.faults
    )
    ends = tuple(
        msgspec.structs.replace(log, read_to=612) if log.log == "orders-2" else log
        for log in broken.facts.logs
    )
    verdict = Verdict(
        validity=Validity.UNKNOWN,
        headline="The run proves nothing: a fault had no effect",
        claims=claims,
        findings=(),
        unknowns=reasons,
        checkers=(CheckResult(checker="lost-writes", unknown="the final read is not complete"),),
    )
    return Sample(
        manifest=broken.manifest,
        plan=broken.plan,
        history=broken.history,
        facts=msgspec.structs.replace(broken.facts, faults=faults, logs=ends),
        verdict=verdict,
    )


def _sends() -> list[_Sent]:
    """About 2,400 sends of two producers, with what the cluster answered."""
    random = stream(7, "sample")
    sent = []
    for producer in range(2):
        at_ms = 900.0 + producer * 13
        number = 0
        while at_ms < SETTLE_MS:
            log = random.randrange(PARTITIONS)
            sent.append(_Sent(at_ms, producer, (producer + 2) << 40 | number, log))
            number += 1
            at_ms += random.uniform(25, 57)
    sent.sort(key=lambda send: send.at_ms)
    for send in sent:
        _answer(send, random.lognormvariate(1.6, 0.6), random.random())
    return sent


def _answer(send: _Sent, latency_ms: float, luck: float) -> None:
    """How the cluster answers one send."""
    if PAUSED_MS < send.at_ms < KILLED_MS:
        latency_ms *= 2.5
    if send.log == 0 and KILLED_MS <= send.at_ms < RESUMED_MS:
        if luck < 0.25:
            send.outcome, send.error = "info", "producer:_MSG_TIMED_OUT"
            send.done_ms = None if luck < 0.03 else send.at_ms + 3_000
            return
        latency_ms += RESUMED_MS - send.at_ms
    if KILLED_MS + 200 < send.at_ms < KILLED_MS + 900 and luck > 0.8:
        send.outcome, send.error = "fail", "producer:_QUEUE_FULL"
    send.done_ms = send.at_ms + latency_ms


def _history(sent: list[_Sent], topic: str) -> History:
    build = HistoryBuilder()
    for number in range(2):
        build.process(f"consumer-{number}", group=f"{topic}.run-consumer", kind="consumer")
    for number in range(2):
        build.process(f"producer-{number}", client="producer", kind="producer")
    build.process("drain", client="drain")
    logs = [f"{topic}-{partition}" for partition in range(PARTITIONS)]
    for log in logs:
        build.log(log)
    records = _records(sent)
    build.subscribe("consumer-0", invoke_ns=400 * MS, complete_ns=401 * MS)
    build.subscribe("consumer-1", invoke_ns=410 * MS, complete_ns=411 * MS)
    build.assign("consumer-0", logs[:2], invoke_ns=700 * MS, complete_ns=701 * MS)
    build.assign("consumer-1", logs[2:], invoke_ns=702 * MS, complete_ns=703 * MS)
    polls: list[tuple[float, _Sent | None]] = [
        (at_ms, None) for at_ms in range(1_000, DRAIN_MS, 180)
    ]
    steps: list[tuple[float, _Sent | None]] = [(send.at_ms, send) for send in sent]
    positions = [0] * PARTITIONS
    for at_ms, send in sorted(steps + polls, key=lambda step: step[0]):
        if send is None:
            _poll(build, at_ms, logs, records, positions)
        else:
            _send(build, send, logs)
    final = [
        (logs[log], offset, send.value)
        for log, kept in enumerate(records)
        for offset, (_, send) in enumerate(kept)
    ]
    for number, start in enumerate(range(0, len(final), 500)):
        at_ns = (DRAIN_MS + 200 + number * 90) * MS
        build.drain(
            "drain", final[start : start + 500], invoke_ns=at_ns, complete_ns=at_ns + 60 * MS
        )
    return build.history()


def _records(sent: list[_Sent]) -> list[list[tuple[float, _Sent]]]:
    """What each log holds at the end, with the time each record became readable; sets offsets."""
    kept: list[list[tuple[float, _Sent]]] = [[] for _ in range(PARTITIONS)]
    alone = 0
    for send in sent:
        if send.outcome != "ok" or send.done_ms is None:
            continue
        log = kept[send.log]
        if send.lost:
            send.offset = len(log) + alone
            alone += 1
            continue
        send.offset = len(log)
        hidden = send.log == 0 and send.at_ms > PAUSED_MS
        log.append((max(send.done_ms, RESUMED_MS if hidden else 0), send))
    return kept


def _send(build: HistoryBuilder, send: _Sent, logs: list[str]) -> None:
    told = send.offset is not None
    send.op = build.send(
        f"producer-{send.producer}",
        send.value,
        key=send.value % 16,
        log=logs[send.log] if told else None,
        topic=logs[0].rpartition("-")[0],
        offset=send.offset,
        outcome=send.outcome,  # type: ignore[arg-type]
        error=send.error,
        invoke_ns=int(send.at_ms * MS),
        complete_ns=None if send.done_ms is None else int(send.done_ms * MS),
    )


def _poll(
    build: HistoryBuilder,
    at_ms: float,
    logs: list[str],
    records: list[list[tuple[float, _Sent]]],
    positions: list[int],
) -> None:
    """One poll of each consumer: at most 40 records of each log that it holds."""
    for consumer, held in enumerate(((0, 1), (2,))):
        taken = []
        for log in held:
            start = positions[log]
            fresh = [r for r in records[log][start : start + 40] if r[0] <= at_ms]
            taken += [(logs[log], start + place, r[1].value) for place, r in enumerate(fresh)]
            positions[log] += len(fresh)
        at_ns = int(at_ms * MS)
        build.poll(f"consumer-{consumer}", taken, invoke_ns=at_ns, complete_ns=at_ns + 8 * MS)


def _manifest(scenario: str) -> Manifest:
    return Manifest(
        run=f"20261122T120000Z-{scenario}-7",
        scenario=scenario,
        seed=7,
        stack="fake",
        started_utc="2026-11-22T12:00:00.000Z",
        finished_utc="2026-11-22T12:00:57.500Z",
        harness_version="0.1.0",
        git_commit="0123456789abcdef0123456789abcdef01234567",
        git_dirty=True,
        argv=("harness", "run", scenario, "--seed", "7"),
        versions={"python": "3.11.2", "confluent-kafka": "2.12.0", "kafka": "3.9.1"},
        host={"system": "Linux", "processors": "2"},
        images={"kafka": "sha256:5b1c"},
    )


def _plan(scenario: str, topic: str) -> Plan:
    followers = Followers(topic=topic, partition=0)
    leader = Leader(topic=topic, partition=0)
    return Plan(
        seed=7,
        streams={"producer-0": 11, "producer-1": 12},
        scenario=Scenario(
            name=scenario,
            about="With `acks=1` a leader that dies alone takes acknowledged records with it.",
            claims=("no-lost-writes", "order-per-log"),
            topology=Topology(brokers=3, broker_settings={"unclean.leader.election.enable": True}),
            workload=LogWorkload(
                topics=(
                    Topic(name=topic, partitions=PARTITIONS, settings={"min.insync.replicas": 1}),
                ),
                producers=(Producers(topic=topic, count=2, settings={"acks": 1}, rate_per_s=25.0),),
                consumers=(Consumers(topic=topic, count=2),),
            ),
            steps=(
                Step(
                    name="pause-followers",
                    after=After(conditions=(Acks(count=300),)),
                    deed=FaultSpec(kind="process.pause", target=followers),
                ),
                Step(
                    name="kill-leader",
                    after=After(conditions=(Acks(count=200), Elapsed(seconds=2.0))),
                    deed=FaultSpec(kind="process.kill", target=leader, settings={"signal": "KILL"}),
                ),
                Step(
                    name="wake",
                    after=After(conditions=(Elapsed(seconds=4.5),)),
                    deed=Heal(step="pause-followers"),
                ),
            ),
        ),
    )


Moment: TypeAlias = Literal["asked", "injected", "witnessed", "healed"]


def _fault(
    step: str, kind: str, targets: tuple[str, ...], moments: dict[Moment, tuple[int, str]]
) -> tuple[FaultEvent, ...]:
    return tuple(
        FaultEvent(step=step, kind=kind, targets=targets, event=event, time_ns=ms * MS, note=note)
        for event, (ms, note) in moments.items()
    )


def _facts(topic: str) -> Facts:
    pause: dict[Moment, tuple[int, str]] = {
        "asked": (PAUSED_MS - 20, f"followers of {topic}-0"),
        "injected": (PAUSED_MS, ""),
        "witnessed": (PAUSED_MS + 110, "both processes are in state T"),
        "healed": (RESUMED_MS, ""),
    }
    kill: dict[Moment, tuple[int, str]] = {
        "asked": (KILLED_MS - 15, f"leader of {topic}-0"),
        "injected": (KILLED_MS, ""),
        "witnessed": (KILLED_MS + 45, "pid 4711 is gone"),
        "healed": (RESTARTED_MS, ""),
    }
    phases = {"baseline": 500, "chaos": CHAOS_MS, "heal": HEAL_MS, "settle": SETTLE_MS}
    return Facts(
        logs=tuple(
            LogEnd(log=f"{topic}-{number}", start=0, end=790, read_to=790)
            for number in range(PARTITIONS)
        ),
        faults=(
            *_fault("pause-followers", "process.pause", ("broker-2", "broker-3"), pause),
            *_fault("kill-leader", "process.kill", ("broker-1",), kill),
        ),
        phases=tuple(
            PhaseEvent(phase=phase, time_ns=ms * MS)
            for phase, ms in {**phases, "drain": DRAIN_MS}.items()
        ),
        leaders=_leaders(topic),
        host_stall_ms_max=61.0,
    )


def _leaders(topic: str) -> tuple[LeaderEvent, ...]:
    story: list[tuple[int, int, int | None, tuple[int, ...], int]] = [
        (600, 0, 1, (1, 2, 3), 0),
        (600, 1, 2, (1, 2, 3), 0),
        (600, 2, 3, (1, 2, 3), 0),
        (PAUSED_MS + 900, 0, 1, (1,), 0),
        (PAUSED_MS + 1_200, 1, 1, (1,), 1),
        (PAUSED_MS + 1_200, 2, 1, (1,), 1),
        (KILLED_MS + 150, 0, None, (), 1),
        (KILLED_MS + 150, 1, None, (1,), 2),
        (KILLED_MS + 150, 2, None, (1,), 2),
        (RESUMED_MS - 200, 0, 2, (2, 3), 2),
        (RESUMED_MS - 200, 1, 2, (2, 3), 3),
        (RESUMED_MS - 200, 2, 3, (2, 3), 3),
        (RESTARTED_MS + 800, 0, 2, (1, 2, 3), 2),
        (RESTARTED_MS + 900, 1, 2, (1, 2, 3), 3),
        (RESTARTED_MS + 900, 2, 3, (1, 2, 3), 3),
    ]
    return tuple(
        LeaderEvent(time_ns=ms * MS, log=f"{topic}-{log}", leader=leader, isr=isr, epoch=epoch)
        for ms, log, leader, isr, epoch in story
    )


def _lost(send: _Sent, topic: str) -> Anomaly:
    return Anomaly(
        kind="lost-write",
        log=f"{topic}-0",
        keys=(send.value % 16,),
        values=(send.value,),
        operations=(send.op,),
        because=(
            f"Operation {send.op} sent value {send.value} and was told {topic}-0@{send.offset}.",
            f"The final read of {topic}-0 covered every offset and never saw value {send.value}.",
            "An acknowledged record that is not in the log is a contradiction.",
        ),
    )


def _claims(lost: list[_Sent]) -> tuple[ClaimResult, ...]:
    return (
        ClaimResult(
            claim="no-lost-writes",
            sentence="Every acknowledged record can be read in the end.",
            validity=Validity.INVALID,
            why=(f"{len(lost)} acknowledged sends are in no final read.",),
        ),
        ClaimResult(
            claim="order-per-log",
            sentence="Records of one producer stand in a log in the order they were sent.",
            validity=Validity.VALID,
        ),
    )


def _verdict(lost: list[_Sent], topic: str) -> Verdict:
    examples = tuple(_lost(send, topic) for send in lost[:LOST_LIMIT])
    allowed = Anomaly(
        kind="nonmonotonic-poll",
        log=f"{topic}-1",
        operations=(40, 60),
        because=("Operation 60 polled orders-1@12 after operation 40 had polled orders-1@14.",),
    )
    return Verdict(
        validity=Validity.INVALID,
        headline=f"{len(lost)} acknowledged sends to {topic}-0 are lost",
        claims=_claims(lost),
        findings=(
            Finding(
                kind="lost-write",
                count=len(lost),
                counts=True,
                claim="no-lost-writes",
                permitted_by=(),
                examples=examples,
            ),
            Finding(
                kind="nonmonotonic-poll",
                count=1,
                counts=False,
                claim=None,
                permitted_by=(REBALANCE,),
                examples=(allowed,),
            ),
        ),
        unknowns=(),
        checkers=(
            CheckResult(
                checker="lost-writes",
                counts={"lost-write": len(lost)},
                examples=examples,
                statistics={"acknowledged": 2380.0, "final records": 2190.0},
            ),
            CheckResult(checker="order", counts={"nonmonotonic-poll": 1}, examples=(allowed,)),
        ),
    )
