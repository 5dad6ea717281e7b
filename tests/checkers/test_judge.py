"""The judge: pure, total, and never green without proof."""

import dataclasses

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers.checker import CHECKERS
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.history.flow import NO_FLOW
from harness.history.history import History
from harness.history.tables import SCHEMAS
from harness.model.codec import encode
from harness.model.facts import Facts, FaultEvent, LogEnd, PhaseEvent
from harness.model.fault import After, FaultSpec, Step
from harness.model.roles import Brokers
from harness.model.verdict import CheckResult, Validity
from harness.model.workload import Consumers, Producers
from tests.checkers.arbitrary import SCENARIO, facts, histories
from tests.checkers.verdicts import SAFE, drained, found, scenario

TABLES = ("operations", "sends", "reads", "assignments", "commits", "processes", "logs")
ACKS_1 = Producers(topic="orders", settings={"acks": 1})


def lost_one_of(total: int) -> HistoryBuilder:
    """A run that lost the last of `total` acknowledged records."""
    build = HistoryBuilder()
    for value in range(total):
        build.send("p", value, log="orders-0", offset=value)
    build.drain("d", [("orders-0", value, value) for value in range(total - 1)])
    return build


def kept(total: int = 2) -> History:
    """A run that lost nothing."""
    build = HistoryBuilder()
    records = [("orders-0", value, value) for value in range(total)]
    for log, offset, value in records:
        build.send("p", value, log=log, offset=offset)
    build.drain("d", records)
    return build.history()


@given(histories(), facts())
@settings(max_examples=40, deadline=None)
def test_judging_twice_gives_the_same_bytes_and_changes_nothing(
    history: History, known: Facts
) -> None:
    before = {name: getattr(history, name).clone() for name in TABLES}
    first = encode(judge(history, known, SCENARIO))
    assert encode(judge(history, known, SCENARIO)) == first
    for name in TABLES:
        assert getattr(history, name).equals(before[name]), f"the judge changed {name}"


@given(histories(), facts(), st.data())
@settings(max_examples=60, deadline=None)
def test_rows_out_of_garbage_are_set_aside(
    history: History, known: Facts, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["operations", "sends", "reads", "assignments", "commits"]))
    frame: pl.DataFrame = getattr(history, name)
    column = data.draw(st.sampled_from(frame.columns))
    optional = (name, column) in {
        ("operations", "complete_ns"),
        ("sends", "log"),
        ("sends", "offset"),
    }
    garbage = pl.lit(None) if data.draw(st.booleans()) else pl.col(column).reverse()
    broken = frame.with_columns(garbage.cast(frame.schema[column]).alias(column))
    changed = dataclasses.replace(history, **{name: broken})  # type: ignore[arg-type]
    verdict = judge(changed, known, SCENARIO)
    assert [result.unknown for result in verdict.checkers if result.unknown] == []
    if broken[column].null_count() and not optional and not broken.equals(frame):
        assert verdict.validity is not Validity.VALID
        assert verdict.unknowns


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("operations", pl.col("op").reverse(), "column op does not number the rows"),
        ("operations", pl.lit(None).alias("outcome"), "operations: 3 fields that every operation"),
        ("operations", pl.col("invoke_ns").reverse(), "not in order of invocation"),
        ("operations", pl.col("complete_ns") - 10**9, "3 complete before they are invoked"),
        ("logs", pl.col("log") + 1, "column log does not number the rows"),
        ("sends", pl.col("op").reverse(), "sends: rows are not in order of their operations"),
        ("sends", pl.col("op") + 2, "sends: 1 of 2 rows are malformed"),
        ("sends", pl.col("log") + 9, "sends: 2 of 2 rows are malformed"),
        ("sends", pl.lit(0).alias("value"), "sends: 1 values were sent before"),
        ("reads", pl.col("offset") - 1, "reads: 1 of 2 rows are malformed"),
        ("reads", pl.col("log") - 1, "reads: 2 of 2 rows are malformed"),
    ],
)
def test_each_malformation_has_its_sentence(name: str, change: pl.Expr, problem: str) -> None:
    history = kept()
    frame: pl.DataFrame = getattr(history, name)
    broken = frame.with_columns(change).cast(frame.schema)
    changed = dataclasses.replace(history, **{name: broken})  # type: ignore[arg-type]
    verdict = judge(changed, drained(2), scenario())
    assert verdict.validity is not Validity.VALID
    assert problem in " ".join(verdict.unknowns)


def test_what_was_stopped_or_killed_shows_only_what_it_can() -> None:
    history = lost_one_of(2).history()
    chaos = PhaseEvent(phase="chaos", time_ns=0)
    killed = judge(history, Facts(logs=drained(2).logs, phases=(chaos,)), scenario())
    assert (killed.count("lost-write"), killed.validity) == (1, Validity.VALID)
    whole = (chaos, PhaseEvent(phase="capture", time_ns=1))
    ended = judge(history, Facts(logs=drained(2).logs, phases=whole), scenario())
    assert ended.validity is Validity.INVALID


@pytest.mark.parametrize("offset", [2**62, 2**40])
def test_wild_offsets_and_values_are_judged_like_others(offset: int) -> None:
    build = HistoryBuilder()
    for value in (-(2**60), 7, 2**61):
        build.send("p", value, log="orders-0", offset=offset + value % 3)
    build.poll("c", [("orders-0", offset, 7), ("orders-0", 0, 2**61), ("orders-0", offset + 1, 8)])
    verdict = judge(build.history(), Facts(), scenario())
    assert [result.unknown for result in verdict.checkers if result.unknown] == []
    assert found(verdict)["phantom"] == 1


def test_a_history_without_its_columns_is_unknown() -> None:
    broken = dataclasses.replace(kept(), sends=pl.DataFrame({"nonsense": [1]}))
    verdict = judge(broken, drained(2), scenario())
    assert verdict.validity is Validity.UNKNOWN
    assert "cannot be read as tables" in verdict.unknowns[0]


def test_an_empty_history_is_unknown_not_valid() -> None:
    verdict = judge(HistoryBuilder().history(), Facts(), scenario(acks=1))
    assert verdict.validity is Validity.UNKNOWN
    assert verdict.headline == (
        "UNKNOWN: only 0 sends were acknowledged, the scenario asks for at least 1; "
        "and 1 more reason"
    )


def test_a_checker_that_breaks_down_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Evidence) -> CheckResult:
        raise ZeroDivisionError("planted")

    items = [("broken", broken), *CHECKERS.items()]
    monkeypatch.setattr(CHECKERS, "items", lambda: items)
    clean = judge(kept(), drained(2), scenario())
    assert clean.validity is Validity.UNKNOWN
    assert clean.unknowns == (
        "checker broken could not judge: it broke down: ZeroDivisionError: planted",
    )
    lost = judge(lost_one_of(2).history(), drained(2), scenario())
    assert lost.validity is Validity.INVALID
    assert lost.count("lost-write") == 1


def test_what_no_setting_permits_is_a_violation_though_nobody_claimed_it() -> None:
    verdict = judge(lost_one_of(2).history(), drained(2), scenario(claims=("ordering",)))
    assert verdict.validity is Validity.INVALID
    assert [(claim.claim, claim.validity) for claim in verdict.claims] == [
        ("ordering", Validity.VALID),
        ("durability", Validity.INVALID),
    ]


def test_what_a_setting_permits_is_allowed_unless_it_is_claimed() -> None:
    history = lost_one_of(1342).history()
    allowed = judge(history, drained(1342), scenario(producers=ACKS_1))
    assert allowed.validity is Validity.VALID
    (finding,) = allowed.findings
    assert (finding.kind, finding.counts, finding.claim) == ("lost-write", False, None)
    assert finding.permitted_by[0].startswith("acks=1: only the leader has the record")
    assert "durability" not in [claim.claim for claim in allowed.claims]

    demanded = judge(history, drained(1342), scenario(producers=ACKS_1, claims=("durability",)))
    assert demanded.validity is Validity.INVALID
    assert demanded.headline == (
        "INVALID: 1 of 1,342 acknowledged records was lost (permitted by acks=1)"
    )
    assert demanded.findings[0].claim == "durability"


def test_interleaving_never_counts() -> None:
    build = HistoryBuilder()
    build.send("p", 3, log="orders-0", offset=1, invoke_ns=0, complete_ns=99_000_000)
    build.txn("t", sends=[("orders-0", 0, 1), ("orders-0", 2, 2)], invoke_ns=50)
    build.drain("d", [("orders-0", 0, 1), ("orders-0", 1, 3), ("orders-0", 2, 2)])
    verdict = judge(build.history(), drained(3), scenario())
    assert found(verdict) == {"int-send-skip": 1, "G0": 1}
    assert verdict.validity is Validity.VALID


def test_counts_are_exact_and_examples_are_few() -> None:
    build = HistoryBuilder()
    for value in range(100):
        build.send("p", value, log="orders-0", offset=value)
    verdict = judge(build.history(), drained(0), scenario())
    (finding,) = verdict.findings
    assert finding.count == 100
    assert len(finding.examples) == 32


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Facts(), "the final read did not look at orders-0"),
        (
            Facts(logs=(LogEnd(log="orders-0", start=0, end=9, read_to=2),)),
            "the final read of orders-0 came to offset 2 of 9",
        ),
        (
            Facts(logs=(LogEnd(log="orders-0", start=0, end=0, read_to=-1),)),
            "the final read of orders-0 found no leader to ask",
        ),
    ],
)
def test_durability_needs_a_complete_final_read(known: Facts, reason: str) -> None:
    durable = judge(kept(), known, scenario(claims=("durability",)))
    assert (durable.validity, durable.unknowns) == (Validity.UNKNOWN, (reason,))
    assert durable.claims[0].why == (reason,)
    ordered = judge(kept(), known, scenario(claims=("ordering",)))
    assert ordered.validity is Validity.VALID


def event(what: str, *, step: str = "kill", time_ns: int = 0, note: str = "") -> FaultEvent:
    return FaultEvent(
        step=step,
        kind="process.kill",
        targets=("broker-1",),
        event=what,  # type: ignore[arg-type]
        time_ns=time_ns,
        note=note,
    )


def with_faults(*events: FaultEvent, stall_ms: float = 0.0) -> Facts:
    return Facts(logs=drained(2).logs, faults=events, host_stall_ms_max=stall_ms)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([event("asked")], "was asked for and never injected"),
        (
            [event("asked"), event("injected"), event("unwitnessed", note="pid 7")],
            "had no effect: pid 7",
        ),
        ([event("asked"), event("failed", note="no daemon")], "failed: no daemon"),
    ],
)
def test_a_fault_that_did_not_bite_proves_nothing(events: list[FaultEvent], reason: str) -> None:
    verdict = judge(kept(), with_faults(*events), scenario())
    assert verdict.validity is Validity.UNKNOWN
    assert len(verdict.unknowns) == 1
    assert verdict.unknowns[0].endswith(reason)


def test_a_fault_that_bit_is_no_reason_for_doubt() -> None:
    bit = [event(what) for what in ("asked", "injected", "witnessed", "healed")]
    assert judge(kept(), with_faults(*bit), scenario()).validity is Validity.VALID


@pytest.mark.parametrize(
    ("begun", "events", "reason"),
    [
        ((), [], "step kill of the plan did not start"),
        (("kill",), [], "nothing is known of fault process.kill of step kill"),
        (
            ("kill",),
            ["asked", "injected"],
            "no measurement shows whether fault process.kill of step",
        ),
        (("kill",), ["asked", "injected", "witnessed"], "of step kill was never healed"),
        (("kill",), ["asked", "injected", "witnessed", "healed"], None),
    ],
)
def test_facts_must_know_every_step_of_the_plan(
    begun: tuple[str, ...], events: list[str], reason: str | None
) -> None:
    fault = FaultSpec(kind="process.kill", target=Brokers())
    step = Step(name="kill", after=After(), deed=fault)
    known = msgspec.structs.replace(with_faults(*map(event, events)), begun=begun)
    verdict = judge(kept(), known, msgspec.structs.replace(scenario(), steps=(step,)))
    assert verdict.validity is (Validity.UNKNOWN if reason else Validity.VALID)
    assert (reason or "") in " ".join(verdict.unknowns)


@pytest.mark.parametrize("lost", [False, True])
def test_what_is_not_whole_is_neither_valid_nor_accused_of_what_is_missing(*, lost: bool) -> None:
    history = lost_one_of(2).history() if lost else kept()
    torn = dataclasses.replace(history, incomplete="the journal was never closed")
    verdict = judge(torn, drained(2), scenario())
    assert verdict.validity is Validity.UNKNOWN
    assert verdict.unknowns == ("the journal was never closed",)


def test_what_the_engine_doubts_is_doubted() -> None:
    known = Facts(logs=drained(2).logs, unknowns=("the baseline was unhealthy",))
    assert judge(kept(), known, scenario()).unknowns == ("the baseline was unhealthy",)


@pytest.mark.parametrize(
    ("stall_ms", "healed_ns", "doubted"),
    [(5_001.0, 1, True), (5_000.0, 1, False), (5_001.0, 10**12, False)],
)
def test_time_outs_of_a_stalled_host_prove_nothing(
    *, stall_ms: float, healed_ns: int, doubted: bool
) -> None:
    build = HistoryBuilder()
    moment = 10**11
    build.send("p", 1, outcome="info", invoke_ns=moment, complete_ns=moment + 10**9)
    window = [event("injected"), event("witnessed"), event("healed", time_ns=healed_ns)]
    known = with_faults(*window, stall_ms=stall_ms)
    verdict = judge(build.history(), known, scenario())
    assert (verdict.validity is Validity.UNKNOWN) == doubted


def test_invalid_beats_unknown() -> None:
    known = Facts(logs=drained(2).logs, unknowns=("the baseline was unhealthy",))
    verdict = judge(lost_one_of(2).history(), known, scenario())
    assert verdict.validity is Validity.INVALID
    assert verdict.unknowns == ("the baseline was unhealthy",)


def test_a_valid_headline_names_what_holds_and_what_was_allowed() -> None:
    plain = judge(kept(), drained(2), scenario(claims=("durability",)))
    assert plain.headline == "VALID: durability holds over 2 acknowledged records"
    consumers = (Consumers(name="member", topic="orders"),)
    build = HistoryBuilder()
    build.process("member-0", group="g")
    build.send("p", 0, log="orders-0", offset=0)
    build.poll("member-0", [("orders-0", 0, 0)])
    build.subscribe("member-0")
    build.poll("member-0", [("orders-0", 0, 0)])
    build.drain("d", [("orders-0", 0, 0)])
    repeated = judge(
        build.history(),
        drained(1),
        scenario(producers=SAFE, consumers=consumers, claims=("durability", "ordering")),
    )
    assert repeated.headline == (
        "VALID: durability, ordering hold over 1 acknowledged record "
        "(allowed: 1 duplicate-processing)"
    )


def test_a_history_from_disk_has_an_empty_flow_and_is_told_in_records() -> None:
    loaded = dataclasses.replace(kept(), flow=dataclasses.replace(NO_FLOW))
    verdict = judge(loaded, drained(2), scenario(claims=("durability",)))
    assert verdict.headline == "VALID: durability holds over 2 acknowledged records"


def test_the_schema_of_sends_is_the_one_that_the_checkers_read() -> None:
    assert SCHEMAS["sends"].names() == ["op", "topic", "key", "value", "log", "offset"]
