"""Why a run may prove nothing: each reason at the value where it begins."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import pytest

from harness.checkers.verdict.doubts import AFTERMATH_NS, STALL_MS_MAX, acknowledged, doubts
from harness.history.build import HistoryBuilder
from harness.model.administration import Administrators
from harness.model.facts import Facts, FaultEvent, LogEnd
from harness.model.fault import After, FaultSpec, Step
from harness.model.roles import Brokers
from harness.model.scenario import Floor, Scenario
from harness.model.workload import LogWorkload, Topic
from tests.checkers.flows import CACHE, SINK, SOURCE, TOPICS, Run, pipeline
from tests.checkers.verdicts import SAFE, drained, scenario

Event = Literal["asked", "injected", "witnessed", "unwitnessed", "failed", "healed"]
S = 1_000_000_000


def doubted(
    build: HistoryBuilder,
    known: Facts | None = None,
    of: Scenario | None = None,
    *claims: str,
) -> list[str]:
    return list(doubts(build.history(), known or Facts(), of or scenario(), claims))


def event(
    what: Event, step: str = "kill", time_ns: int = 0, targets: Sequence[str] = ("broker-1",)
) -> FaultEvent:
    return FaultEvent(
        step=step, kind="process.kill", targets=tuple(targets), event=what, time_ns=time_ns
    )


def step(name: str, *, faulty: bool = True) -> Step:
    fault = FaultSpec(kind="process.kill", target=Brokers()) if faulty else None
    return Step(name=name, after=After(), deed=fault)


def test_a_transaction_acknowledges_each_of_its_records() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, topic="orders", outcome="fail")
    assert acknowledged(build.history()) == 1
    build.txn("t", sends=[("orders-0", 1, 3), ("orders-0", 2, 4)])
    build.txn("t", sends=[("orders-0", None, 5)], outcome="info")
    build.poll("c", [("orders-0", 0, 1)])
    assert acknowledged(build.history()) == 3


@pytest.mark.parametrize(("acks", "reasons"), [(1, 0), (2, 1)])
def test_as_many_acknowledgements_as_are_asked_for_are_enough(acks: int, reasons: int) -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    found = doubted(build, of=scenario(acks=acks))
    assert found == ["only 1 send was acknowledged, the scenario asks for at least 2"][:reasons]


def refusals(*errors: str, accepted: int = 0) -> HistoryBuilder:
    """Writes of a pipeline: accepted ones, and some that failed with these errors."""
    build = HistoryBuilder()
    run = Run()
    run.flow.build = build
    for key in range(accepted):
        run.flow.write("writer", ("orders", key))
    for key, error in enumerate(errors):
        run.flow.write("writer", ("orders", key), outcome="fail", error=error)
    return build


def read_everywhere() -> Facts:
    return Facts(drained=(SOURCE, TOPICS, SINK, CACHE))


def asking(acks: int, baseline: int = 0) -> Scenario:
    return msgspec.structs.replace(pipeline(), floor=Floor(acks=acks), baseline_acks=baseline)


def test_the_error_that_most_writes_failed_with_is_the_first_reason() -> None:
    build = refusals("mysql:1054", "mysql:1406", "mysql:1406", "mysql:1406", accepted=1)
    assert doubted(build, read_everywhere(), asking(2)) == [
        "3 of 5 writes to the source failed with mysql:1406",
        "only 1 write was acknowledged, the scenario asks for at least 2",
    ]
    # Where enough were accepted, nobody minds; nor where no error stands for most of them.
    assert doubted(build, read_everywhere(), asking(1)) == []
    half = refusals("mysql:1406", "mysql:1054")
    assert len(doubted(half, read_everywhere(), asking(1))) == 1
    silent = refusals("", "", "", "mysql:1406")
    assert len(doubted(silent, read_everywhere(), asking(1))) == 1


def test_a_baseline_that_was_refused_is_a_reason_too() -> None:
    build = refusals("mysql:1406", "mysql:1406", accepted=1)
    assert len(doubted(build, read_everywhere(), asking(0, baseline=2))) == 1
    assert doubted(build, read_everywhere(), asking(0, baseline=1)) == []


@pytest.mark.parametrize(("granted", "reasons"), [(1, 1), (2, 0)])
def test_changes_of_topics_are_asked_for_where_somebody_administers(
    granted: int, reasons: int
) -> None:
    build = HistoryBuilder()
    for number in range(granted):
        build.administer("admin", "create", f"topic-{number}", {"exists": 1})
    build.administer("admin", "create", "other", {"exists": 1}, outcome="fail")
    build.administer("admin", "list", "topic-0", {"exists": 1})
    floor = Floor(acks=0, changes=2)
    plain = msgspec.structs.replace(scenario(), floor=floor)
    assert doubted(build, of=plain) == []
    administrators = (Administrators(topics=1),)
    workload = msgspec.structs.replace(plain.log_workload, administrators=administrators)
    of = msgspec.structs.replace(plain, workload=workload)
    said = "only 1 change of topics was acknowledged, the scenario asks for at least 2"
    assert doubted(build, of=of) == [said][:reasons]


def test_every_partition_of_every_topic_has_to_be_read() -> None:
    topics = (Topic(name="orders", partitions=2), Topic(name="audit", partitions=1))
    of = msgspec.structs.replace(scenario(), workload=LogWorkload(topics=topics, producers=(SAFE,)))
    ends = (
        LogEnd(log="orders-0", start=0, end=0, read_to=0),
        LogEnd(log="orders-1", start=0, end=3, read_to=2),
    )
    assert doubted(HistoryBuilder(), Facts(logs=ends), of) == []
    assert doubted(HistoryBuilder(), Facts(logs=ends), of, "durability") == [
        "the final read of orders-1 came to offset 2 of 3",
        "the final read did not look at audit-0",
    ]


def test_a_place_that_was_not_read_is_named_once_with_its_reason() -> None:
    known = Facts(drained=(SOURCE, SINK), unread={CACHE: "no connection"})
    assert doubted(HistoryBuilder(), known, pipeline()) == [
        f"the final read of {TOPICS} is not complete",
        f"the final read of {CACHE} is not complete: no connection",
    ]


def test_steps_that_did_not_begin_are_named_together() -> None:
    of = msgspec.structs.replace(scenario(), steps=(step("a", faulty=False), step("b"), step("c")))
    said = "steps b, c of the plan did not start"
    assert doubted(HistoryBuilder(), Facts(begun=("a",)), of) == [said]


@pytest.mark.parametrize(
    ("events", "reasons"),
    [
        (("asked", "injected", "unwitnessed", "healed"), ["had no effect"]),
        (("asked", "injected", "failed"), ["failed"]),
        (("asked", "failed"), ["failed"]),
        (("asked",), ["was asked for and never injected"]),
        (("injected", "witnessed"), ["was never healed"]),
        (("injected", "healed"), ["no measurement shows"]),
    ],
)
def test_of_each_step_it_is_known_how_its_fault_went(
    events: Sequence[Event], reasons: list[str]
) -> None:
    well: tuple[Event, ...] = ("asked", "injected", "witnessed", "healed")
    faults = [event(what, "well") for what in well] + [event(what) for what in events]
    known = Facts(begun=("plain", "well", "kill"), faults=tuple(faults))
    steps = (step("plain", faulty=False), step("well"), step("kill"))
    found = doubted(HistoryBuilder(), known, msgspec.structs.replace(scenario(), steps=steps))
    assert len(found) == len(reasons)
    for reason, sentence in zip(reasons, found, strict=True):
        assert reason in sentence
        assert "step kill" in sentence


def test_a_fault_without_a_target_is_on_nothing() -> None:
    known = Facts(faults=(event("unwitnessed", targets=()), event("failed", targets=("a", "b"))))
    assert doubted(HistoryBuilder(), known) == [
        "fault process.kill of step kill on nothing had no effect",
        "fault process.kill of step kill on a, b failed",
    ]


@pytest.mark.parametrize(
    ("begun_ns", "ended_ns", "unsure"),
    [
        (1 * S, 2 * S - 1, 1),  # it ended before the fault
        (1 * S, 2 * S, 0),
        (3 * S, None, 0),
        (4 * S + AFTERMATH_NS, None, 0),
        (4 * S + AFTERMATH_NS + 1, None, 1),  # it began long after the heal
    ],
)
def test_a_time_out_near_a_fault_is_explained_by_it(
    begun_ns: int, ended_ns: int | None, unsure: int
) -> None:
    build = HistoryBuilder()
    build.send("p", 1, topic="orders", outcome="info", invoke_ns=begun_ns, complete_ns=ended_ns)
    faults = (event("injected", time_ns=2 * S), event("healed", time_ns=4 * S))
    earlier = (event("asked", "other"), event("injected", "other"), event("witnessed", "other"))
    known = Facts(faults=faults, host_stall_ms_max=STALL_MS_MAX + 1)
    found = doubted(build, known)
    assert (
        found
        == ["1 operation timed out away from any fault, while the harness stalled for 5,001 ms"][
            :unsure
        ]
    )
    # A fault that was never healed explains all that came after it.
    assert doubted(build, msgspec.structs.replace(known, faults=earlier)) == []
    assert doubted(build, msgspec.structs.replace(known, host_stall_ms_max=STALL_MS_MAX)) == []


def test_operations_that_were_answered_are_not_doubted_on_a_stalled_host() -> None:
    build = HistoryBuilder()
    build.send("p", 1, log="orders-0", offset=0)
    build.send("p", 2, topic="orders", outcome="fail")
    assert doubted(build, Facts(logs=drained(1).logs, host_stall_ms_max=STALL_MS_MAX + 1)) == []
