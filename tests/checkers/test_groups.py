"""Groups: silent on what is right, each way to break it is found, and a near miss is none."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checkers.verdict.grounds import groundless
from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts, GroupEvent, LagEvent, MemberView
from harness.model.verdict import Validity
from harness.model.workload import Consumers
from tests.checkers.group_runs import BREAKS, FACTS, legal_group
from tests.checkers.oracle import Oracle
from tests.checkers.verdicts import OF_GROUPS, drained, found, scenario
from tests.checkers.ways import passed_over as passed_over_by

GROUP_CLAIMS = ("ownership", "sole-ownership", "committed-offsets", "resumption")
DEMANDING = scenario(
    claims=GROUP_CLAIMS,
    consumers=(Consumers(name="billing", topic="orders", count=2, commit="application"),),
    partitions=2,
)


def group_kinds(build: HistoryBuilder, known: Facts | None = None) -> dict[str, int]:
    """What was found, of groups alone."""
    verdict = judge(build.history(), known or Facts(), DEMANDING)
    assert not [each.unknown for each in verdict.checkers if each.unknown]
    return {kind: count for kind, count in found(verdict).items() if kind in OF_GROUPS}


def members(*names: str) -> HistoryBuilder:
    """A builder that knows these members, their administrator and their coordinator."""
    build = HistoryBuilder()
    for name in names or ("billing-0", "billing-1"):
        build.process(name, kind="billing", group="group")
    build.process("admin", client="administrator", kind="billing", group="group")
    build.process("coordinator", client="coordinator", kind="billing", group="group")
    return build


@given(st.randoms(use_true_random=False), st.integers(0, 8))
@settings(max_examples=100, deadline=None)
def test_a_legal_group_is_valid(random: Random, generations: int) -> None:
    run = legal_group(random, generations)
    verdict = judge(run.history(), FACTS, DEMANDING)
    assert not OF_GROUPS & set(found(verdict)), verdict.headline
    bare = groundless(run.history(), FACTS, DEMANDING.claims)
    assert verdict.unknowns == tuple(bare.values())
    assert verdict.validity is (Validity.UNKNOWN if bare else Validity.VALID)


@pytest.mark.parametrize("kind", BREAKS)
@given(st.randoms(use_true_random=False), st.integers(0, 6))
@settings(max_examples=25, deadline=None)
def test_a_broken_group_shows_it(kind: str, random: Random, generations: int) -> None:
    go_on, may = BREAKS[kind]
    run = legal_group(random, generations)
    go_on(run, random)
    verdict = judge(run.history(), FACTS, DEMANDING)
    shown = OF_GROUPS & set(found(verdict))
    assert kind in shown
    assert shown <= {kind} | may
    assert verdict.validity is Validity.INVALID
    example = next(each for each in verdict.findings if each.kind == kind).examples[0]
    assert example.because
    assert example.log is not None


def test_every_kind_of_groups_is_broken() -> None:
    assert set(BREAKS) == OF_GROUPS


def test_the_coordinator_itself_may_show_a_log_twice() -> None:
    build = members()
    build.log("orders-0")
    build.wrote("coordinator", [])
    views = tuple(MemberView(member=name, logs=("orders-0",)) for name in ("a", "b"))
    event = GroupEvent(time_ns=5, group="billing", state="stable", coordinator="broker-1")
    both = GroupEvent(
        time_ns=7, group="billing", state="stable", coordinator="broker-1", members=views
    )
    assert group_kinds(build, Facts(groups=(event, both))) == {"shared-ownership": 1}
    assert group_kinds(build, Facts(groups=(event,))) == {}


def test_a_static_member_that_comes_back_is_itself() -> None:
    build = members("billing-0")
    build.assign("billing-0", ["orders-0"], generation=3)
    build.revoke("billing-0", ["orders-0"])
    again = build.process("again", kind="billing", group="group")
    build.assign("again", ["orders-0"], generation=3)
    build.wrote("coordinator", [])
    assert group_kinds(build) == {"shared-ownership": 1}
    (number, _, *rest) = build._processes["again"]
    assert number == again
    build._processes["again"] = (number, "billing-0", *rest)  # type: ignore[assignment]
    assert group_kinds(build) == {}


def test_a_commit_explains_what_is_left_out_and_only_before() -> None:
    for committed_first in (True, False):
        build = members()
        for value in range(4):
            build.send("p", value, log="orders-0", offset=value)
        if committed_first:
            build.commit("billing-0", {"orders-0": 3}, outcome="info")
        build.assign("billing-1", ["orders-0"], generation=2)
        build.poll("billing-1", [("orders-0", 3, 3)])
        if not committed_first:
            build.commit("billing-1", {"orders-0": 4})
        build.wrote("coordinator", [("orders-0", 4)])
        build.drain("d", [("orders-0", value, value) for value in range(4)])
        expected = {} if committed_first else {"uncommitted-skip": 3}
        assert group_kinds(build, drained(4)) == expected


@pytest.mark.parametrize(("reset", "repeats"), [("ok", 0), ("info", 0), ("fail", 1)])
def test_a_reset_allows_what_a_commit_forbids(reset: Any, repeats: int) -> None:
    build = members()
    build.send("p", 0, log="orders-0", offset=0)
    build.commit("billing-0", {"orders-0": 1})
    build.commit("admin", {"orders-0": 0}, outcome=reset)
    build.assign("billing-1", ["orders-0"], generation=2)
    build.poll("billing-1", [("orders-0", 0, 0)])
    build.wrote("coordinator", [("orders-0", 1), *([("orders-0", 0)] * (1 - repeats))])
    build.drain("d", [("orders-0", 0, 0)])
    assert group_kinds(build, drained(1)) == ({"committed-repeat": 1} if repeats else {})


SKIP = {"group-skip": 1}


def passed_over(*acts: tuple[str, list[int]], ended: str = "ok") -> dict[str, int]:
    """Skips of a group that goes on as told: `to` an offset by a reset, or `at` offsets handed."""
    build = members()
    for value in range(12):
        build.send("p", value, log="orders-0", offset=value)
    for what, offsets in acts:
        if what == "to":
            outcome: Any = ended
            build.commit("admin", dict.fromkeys(["orders-0"], offsets[0]), outcome=outcome)
        else:
            for offset in offsets:
                build.poll("billing-0", [("orders-0", offset, offset)])
    build.wrote("coordinator", [])
    build.drain("d", [("orders-0", value, value) for value in range(12)])
    verdict = judge(build.history(), drained(12), DEMANDING)
    return {kind: count for kind, count in found(verdict).items() if kind == "group-skip"}


def test_a_reset_leaves_out_what_lies_before_its_target_and_nothing_else() -> None:
    assert passed_over(("at", [0, 1]), ("to", [8]), ("at", [8, 9])) == {}
    # Before it, a skip is one, though it lies below the target; behind it as well.
    assert passed_over(("at", [0, 2]), ("to", [8]), ("at", [8, 9])) == SKIP
    assert passed_over(("at", [0, 1]), ("to", [8]), ("at", [8, 10])) == SKIP
    assert passed_over(("at", [0, 1]), ("to", [8]), ("at", [9, 10])) == SKIP


def test_a_way_back_has_to_take_what_a_reset_had_left_out() -> None:
    there_and_back = (("at", [0, 1]), ("to", [8]), ("at", [8, 9]), ("to", [1]))
    assert passed_over(*there_and_back, ("at", [1, 2, 3])) == {}
    assert passed_over(*there_and_back, ("at", [*range(1, 9)])) == {}
    assert passed_over(*there_and_back, ("at", [1, 2, 3, 4, 6, 7, 8])) == SKIP
    # On to another place before it got there: what is between has been left out again.
    assert passed_over(*there_and_back, ("at", [1, 2]), ("to", [11]), ("at", [11])) == {}


@pytest.mark.parametrize(("ended", "expected"), [("fail", SKIP), ("info", {}), ("ok", {})])
def test_a_reset_that_failed_excuses_nothing(ended: str, expected: dict[str, int]) -> None:
    acts = (("at", [0, 1]), ("to", [3]), ("at", [3, 4]))
    assert passed_over(*acts, ended=ended) == expected


@pytest.mark.parametrize(("handed", "skips"), [([1, 2, 7], 2), ([5, 7], 1), ([7], 0)])
def test_a_reset_without_an_answer_may_have_been_done(handed: list[int], skips: int) -> None:
    acts = (("at", [0, 1, 2, 3, 4]), ("to", [5]), ("at", handed))
    assert passed_over(*acts, ended="info").get("group-skip", 0) == skips


offsets = st.integers(0, 7)
resets = st.tuples(st.sampled_from(["ok", "ok", "info", "fail"]), offsets)
wanderings = st.lists(st.tuples(resets, st.lists(offsets, max_size=4)), min_size=1, max_size=4)


@given(st.lists(offsets, max_size=4), wanderings)
@settings(max_examples=300, deadline=None)
def test_what_a_group_passes_over_between_resets_is_what_the_definition_says(
    begin: list[int], wandering: list[tuple[tuple[Any, int], list[int]]]
) -> None:
    build = members()
    for value in range(8):
        build.send("p", value, log="orders-0", offset=value)
    for number, ((ended, target), handed) in enumerate([(("fail", 0), begin), *wandering]):
        build.commit("admin", {"orders-0": target}, outcome=ended)
        for offset in handed:
            build.poll(f"billing-{number % 2}", [("orders-0", offset, offset)])
    build.drain("d", [("orders-0", value, value) for value in range(8)])
    history, facts = build.history(), drained(8)
    counted = found(judge(history, facts, DEMANDING)).get("group-skip", 0)
    assert counted == passed_over_by(Oracle(history, facts, DEMANDING))


def test_a_skip_that_a_reset_seems_to_explain_is_told_with_what_came_after_it() -> None:
    build = members()
    for value in range(4):
        build.send("p", value, log="orders-0", offset=value)
    build.poll("billing-0", [("orders-0", 0, 0)])
    build.commit("admin", {"orders-0": 3})
    build.poll("billing-0", [("orders-0", 3, 3)])
    build.commit("admin", {"orders-0": 1})
    build.poll("billing-1", [("orders-0", 1, 1), ("orders-0", 3, 3)])
    build.drain("d", [("orders-0", value, value) for value in range(4)])
    verdict = judge(build.history(), drained(4), DEMANDING)
    (skip,) = [each for each in verdict.findings if each.kind == "group-skip"]
    assert "billing-1" in " ".join(skip.examples[0].because)
    assert "billing-0" not in " ".join(skip.examples[0].because)


def test_a_claim_about_a_group_whose_offsets_nobody_read_is_unknown() -> None:
    build = HistoryBuilder()
    build.process("billing-0", kind="billing", group="group")
    build.poll("billing-0", [])
    verdict = judge(build.history(), Facts(), DEMANDING)
    assert verdict.validity is Validity.UNKNOWN
    assert "what the coordinator wrote about billing was not read" in " ".join(verdict.unknowns)


def test_rebalances_and_lag_are_measured() -> None:
    build = members()
    ms = 1_000_000
    build.assign("billing-0", ["orders-0", "orders-1"], generation=1, invoke_ns=10 * ms)
    build.revoke("billing-0", ["orders-0", "orders-1"], invoke_ns=100 * ms)
    build.assign("billing-0", ["orders-0"], generation=2, invoke_ns=150 * ms)
    build.assign("billing-1", ["orders-1"], generation=2, invoke_ns=160 * ms)
    build.wrote("coordinator", [])
    lags = [(0, None, 7), (1, 5, 9)]
    facts = Facts(
        lags=tuple(
            LagEvent(time_ns=at, group="billing", log="orders-0", committed=committed, end=end)
            for at, committed, end in lags
        )
    )
    verdict = judge(build.history(), facts, DEMANDING)
    (measured,) = [each for each in verdict.checkers if each.checker == "group-statistics"]
    assert measured.statistics == {
        "rebalances[billing]": 2.0,
        "rebalance_ms_max[billing]": 61.0,
        "unowned_ms_max[billing]": 61.0,
        "lag_max[billing]": 7.0,
        "lag_at_end[billing]": 4.0,
    }


def told_of_a_lost_commit(build: HistoryBuilder, known: Facts) -> str:
    """What the verdict says of the one commit that is lost."""
    verdict = judge(build.history(), known, DEMANDING)
    (finding,) = (each for each in verdict.findings if each.kind == "lost-commit")
    return "; ".join(finding.examples[0].because)


@pytest.mark.parametrize(("committed", "named"), [(7, True), (6, False), (None, False)])
def test_a_commit_that_the_coordinator_had_was_lost_with_its_log(
    committed: int | None, *, named: bool
) -> None:
    build = members()
    build.commit("billing-0", {"orders-0": 7})
    build.wrote("coordinator", [])
    seen = LagEvent(time_ns=10**12, group="billing", log="orders-0", committed=committed, end=9)
    told = told_of_a_lost_commit(build, Facts(lags=(seen,)))
    assert ("was lost with the partition that contained it" in told) is named
    assert "never" not in told


@pytest.mark.parametrize(("lost", "shared"), [(True, False), (False, True)])
def test_generations_begin_anew_when_a_coordinator_has_lost_its_log(
    *, lost: bool, shared: bool
) -> None:
    build = members()
    build.assign("billing-0", ["orders-0"], generation=1)
    build.commit("billing-0", {"orders-0": 7})
    build.revoke("billing-0", ["orders-0"])
    build.assign("billing-1", ["orders-0"], generation=1)
    build.wrote("coordinator", [] if lost else [("orders-0", 7)])
    kinds = group_kinds(build)
    assert ("shared-ownership" in kinds) is shared
    assert ("lost-commit" in kinds) is lost


def test_two_owners_are_found_although_an_earlier_commit_was_lost() -> None:
    build = members()
    build.assign("billing-0", ["orders-1"], generation=1)
    build.commit("billing-0", {"orders-1": 3})
    build.assign("billing-0", ["orders-0"], generation=2)
    build.assign("billing-1", ["orders-0"], generation=2)
    build.wrote("coordinator", [])
    assert group_kinds(build)["shared-ownership"] == 1
