"""What administrators were told of topics against what the cluster shows in the end."""

from collections.abc import Callable
from random import Random
from typing import Literal, TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.administration import Administrators
from harness.model.facts import Facts, PhaseEvent
from harness.model.scenario import Floor, Scenario
from harness.model.verdict import Validity, Verdict
from tests.checkers.verdicts import OF_ADMINISTRATION, counts, found, scenario

Aspects: TypeAlias = dict[str, int]
Answer: TypeAlias = Literal["ok", "fail", "info"]
Outcomes: TypeAlias = tuple[Answer, ...]
THREE: Aspects = {
    "exists": 1,
    "partitions": 3,
    "replicas": 3,
    "retention.ms": 1000,
    "cleanup.policy": 0,
}
OTHER: Aspects = {**THREE, "partitions": 1, "retention.ms": 2000}
GONE: Aspects = {"exists": 0}
ADMINISTERED = msgspec.structs.replace(
    scenario(claims=("administration",)),
    workload=msgspec.structs.replace(scenario().log_workload, administrators=(Administrators(),)),
    floor=Floor(acks=0, changes=0),
)


def create(build: HistoryBuilder, outcome: Answer = "ok", aspects: Aspects = THREE) -> None:
    build.administer("admin", "create", "t", aspects, outcome=outcome)


def add(build: HistoryBuilder, total: int, outcome: Answer = "ok") -> None:
    aspects = {"partitions": total}
    build.administer("admin", "add-partitions", "t", aspects, outcome=outcome)


def retain(build: HistoryBuilder, value: int, outcome: Answer = "ok") -> None:
    aspects = {"retention.ms": value}
    build.administer("admin", "configure", "t", aspects, outcome=outcome)


def delete(build: HistoryBuilder, outcome: Answer = "ok") -> None:
    build.administer("admin", "delete", "t", GONE, outcome=outcome)


def look(build: HistoryBuilder, seen: Aspects, *, listed: int | None = None) -> None:
    """The last look at the topic; a list that says otherwise only when asked for."""
    there = seen["exists"] if listed is None else listed
    build.administer("final", "list", "t", {"exists": there}, client="drain")
    build.administer("final", "describe", "t", seen, client="drain")


Steps: TypeAlias = Callable[[HistoryBuilder], None]


def told(*steps: Steps) -> HistoryBuilder:
    build = HistoryBuilder()
    for step in steps:
        step(build)
    return build


def unsure(build: HistoryBuilder) -> None:
    delete(build, "info")


CASES: dict[str, tuple[str, tuple[Steps, ...], Aspects, Aspects]] = {
    "a topic that was created": ("lost-topic", (create,), GONE, THREE),
    "a topic that was created anew": (
        "lost-topic",
        (create, delete, lambda build: create(build, aspects=OTHER)),
        GONE,
        OTHER,
    ),
    "a deleted topic": ("resurrected-topic", (create, delete), THREE, GONE),
    "an earlier life of a topic": (
        "resurrected-topic",
        (create, delete, lambda build: create(build, aspects=OTHER)),
        THREE,
        OTHER,
    ),
    "added partitions": (
        "lost-partitions",
        (create, lambda build: add(build, 5)),
        THREE,
        {**THREE, "partitions": 5},
    ),
    "another retention": (
        "lost-setting",
        (create, lambda build: retain(build, 7), lambda build: retain(build, 8)),
        {**THREE, "retention.ms": 7},
        {**THREE, "retention.ms": 8},
    ),
    "a setting that it has not at all": (
        "refused-change",
        (create,),
        {**THREE, "retention.ms": -1},
        THREE,
    ),
    "a refused creation": (
        "refused-change",
        (lambda build: create(build, "fail"),),
        THREE,
        GONE,
    ),
    "a refused setting": (
        "refused-change",
        (create, lambda build: retain(build, -2, "fail")),
        {**THREE, "retention.ms": -2},
        THREE,
    ),
    "a deletion that was refused": (
        "lost-topic",
        (create, lambda build: delete(build, "fail")),
        GONE,
        THREE,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_acknowledged_or_refused_decides_what_must_be_there(case: str) -> None:
    kind, steps, bad, good = CASES[case]
    for seen, expected in ((bad, {kind: 1}), (good, {})):
        build = told(*steps)
        look(build, seen)
        assert counts(build, Facts(), ADMINISTERED) == expected


@pytest.mark.parametrize(
    ("steps", "seen"),
    [
        ((lambda build: create(build, "info"),), THREE),
        ((lambda build: create(build, "info"),), GONE),
        ((create, unsure), THREE),
        ((create, unsure), GONE),
        ((create, lambda build: add(build, 5, "info")), THREE),
        ((create, lambda build: add(build, 5, "info")), {**THREE, "partitions": 5}),
        # A deletion that nobody heard of again may be carried out after all that followed it.
        ((create, unsure, lambda build: retain(build, 7)), GONE),
        ((create, unsure, lambda build: create(build, aspects=OTHER)), GONE),
        ((create, unsure, lambda build: create(build, aspects=OTHER)), OTHER),
    ],
)
def test_what_nobody_knows_may_have_happened_or_not(
    steps: tuple[Steps, ...], seen: Aspects
) -> None:
    build = told(*steps)
    look(build, seen)
    assert counts(build, Facts(), ADMINISTERED) == {}


def test_what_is_unsure_excuses_nothing_else() -> None:
    build = told(create, lambda build: add(build, 5), lambda build: retain(build, 7, "info"))
    look(build, THREE)
    assert counts(build, Facts(), ADMINISTERED) == {"lost-partitions": 1}


def test_list_and_description_must_agree_in_the_end() -> None:
    build = told(create)
    look(build, THREE, listed=0)
    assert counts(build, Facts(), ADMINISTERED) == {"divergent-metadata": 1}


def test_a_look_in_mid_run_may_be_late_but_shows_nothing_that_was_refused() -> None:
    build = told(create)
    build.administer("admin", "list", "t", {"exists": 0})
    build.administer("admin", "describe", "t", GONE)
    retain(build, -2, "fail")
    late = build.administer("admin", "describe", "t", THREE)
    look(build, THREE)
    assert counts(build, Facts(), ADMINISTERED) == {}
    build = told(create, lambda build: retain(build, -2, "fail"))
    strange = build.administer("admin", "describe", "t", {**THREE, "retention.ms": -2})
    look(build, THREE)
    verdict = judge(build.history(), Facts(), ADMINISTERED)
    assert found(verdict) == {"refused-change": 1}
    assert strange in verdict.findings[0].examples[0].operations
    assert late != strange


def test_an_anomaly_tells_the_life_of_its_topic() -> None:
    build = told(create, lambda build: add(build, 5))
    look(build, THREE)
    (finding,) = judge(build.history(), Facts(), ADMINISTERED).findings
    assert finding.examples[0].operations == (0, 1, 3)
    three = "topic t with partitions=3, replicas=3, retention.ms=1000, cleanup.policy=delete"
    assert finding.examples[0].because == (
        f"operation 0 (admin) asked for {three} and was told that this succeeded",
        "operation 1 (admin) asked for partitions=5 of topic t and was told that this succeeded",
        f"yet operation 3 (final) finds {three}",
    )


def verdict_of(build: HistoryBuilder, of: Scenario = ADMINISTERED) -> Verdict:
    return judge(build.history(), Facts(), of)


def test_without_an_answer_in_the_end_nothing_is_known() -> None:
    build = told(create)
    assert verdict_of(build).validity is Validity.UNKNOWN
    build.administer("final", "list", "t", {}, client="drain", outcome="fail")
    assert verdict_of(build).validity is Validity.UNKNOWN
    look(build, THREE)
    assert verdict_of(build).validity is Validity.VALID


def test_too_few_changes_prove_nothing() -> None:
    build = told(create, lambda build: add(build, 4))
    look(build, {**THREE, "partitions": 4})
    wanting = msgspec.structs.replace(ADMINISTERED, floor=Floor(acks=0, changes=3))
    assert verdict_of(build, wanting).unknowns == (
        "only 2 changes of topics were acknowledged, the scenario asks for at least 3",
    )


def test_a_killed_run_proves_no_loss() -> None:
    build = told(create)
    look(build, GONE)
    killed = Facts(phases=(PhaseEvent(phase="chaos", time_ns=0),))
    verdict = judge(build.history(), killed, ADMINISTERED)
    assert not any(finding.counts for finding in verdict.findings)


def life(build: HistoryBuilder, random: Random, outcomes: Outcomes) -> tuple[Aspects, list[str]]:
    """One topic under a system that does everything right; what it is then, and how it got there.

    What is unsure may be carried out at once, later, or never.
    """
    state: Aspects = dict(GONE)
    late: list[tuple[str, Aspects]] = []
    done: list[str] = []

    def carry_out(f: str, asked: Aspects) -> None:
        if (f == "create") == bool(state["exists"]):
            return
        if f == "delete":
            state.clear()
        state.update(asked)

    for number in range(random.randint(1, 12)):
        can = ["add-partitions", "configure", "delete"] if state["exists"] else ["create"]
        f, outcome = random.choice(can), random.choice(outcomes)
        total = state.get("partitions", 0) + 1
        asked = {
            "create": {**THREE, "partitions": random.randint(1, 3), "retention.ms": number},
            "add-partitions": {"partitions": total},
            "configure": {"retention.ms": number},
            "delete": GONE,
        }[f]
        build.administer("admin", f, "t", asked, outcome=outcome)
        if outcome == "ok" or (outcome == "info" and random.random() < 0.4):
            carry_out(f, asked)
        elif outcome == "info" and random.random() < 0.5:
            late.append((f, asked))
        if outcome == "ok":
            done.append(f)
        if late and random.random() < 0.2:
            carry_out(*late.pop())
    return state, done


@given(st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_system_that_does_right_shows_nothing(random: Random) -> None:
    build = HistoryBuilder()
    state, _ = life(build, random, ("ok", "ok", "ok", "fail", "info"))
    look(build, state)
    assert counts(build, Facts(), ADMINISTERED) == {}


@given(st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_last_look_that_is_falsified_shows_how(random: Random) -> None:
    build = HistoryBuilder()
    state, done = life(build, random, ("ok", "ok", "fail"))
    if state["exists"]:
        fewer = {**state, "partitions": 0}
        strange = {**state, "replicas": 9}
        bad, kinds = random.choice(
            [
                (GONE, {"lost-topic"}),
                (fewer, {"lost-partitions", "refused-change"}),
                (strange, {"refused-change"}),
            ]
        )
    else:
        bad, kinds = THREE, {"resurrected-topic" if "delete" in done else "refused-change"}
        kinds |= {"refused-change"}
    look(build, bad)
    shown = counts(build, Facts(), ADMINISTERED)
    assert len(shown) == 1
    assert set(shown) <= kinds


def test_every_kind_has_a_case() -> None:
    assert {kind for kind, *_ in CASES.values()} | {"divergent-metadata"} == OF_ADMINISTRATION
