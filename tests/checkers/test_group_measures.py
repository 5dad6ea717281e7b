"""Who held what, and numbers of groups, where they begin to count."""

from typing import Literal

import pytest

from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.membership import groups_of
from harness.checkers.statistics.groups import rebalance_spans
from harness.checkers.verdict.judge import judge
from harness.history.build import Completion, HistoryBuilder
from harness.model.facts import Facts, LagEvent
from tests.checkers.test_groups import DEMANDING, group_kinds, members

MS = 1_000_000


def at(
    ms: float, end_ms: float | None = None, outcome: Literal["ok", "fail", "info"] = "ok"
) -> Completion:
    """When an operation begins and ends, and how."""
    complete_ns = int((end_ms or ms) * MS)
    return Completion(outcome=outcome, invoke_ns=int(ms * MS), complete_ns=complete_ns)


def measured(build: HistoryBuilder, *lags: LagEvent) -> dict[str, float]:
    verdict = judge(build.history(), Facts(lags=lags), DEMANDING)
    (found,) = [each for each in verdict.checkers if each.checker == "group-statistics"]
    return {name.partition("[")[0]: value for name, value in found.statistics.items()}


def holdings(build: HistoryBuilder) -> list[tuple[str, int, float, float, float]]:
    """Member, log, and when it was told, held it, and gave it up, in ms."""
    (group,) = groups_of(Evidence(build.history(), Facts(), DEMANDING))
    return [
        (each.member, each.log, each.assigned_ns / MS, each.begin_ns / MS, each.end_ns / MS)
        for each in group.holdings
    ]


def test_a_member_holds_a_log_from_the_end_of_its_assign_to_the_begin_of_its_revoke() -> None:
    build = members()
    build.assign("billing-0", ["orders-0", "orders-1"], **at(10, 11))
    build.assign("billing-1", ["orders-2"], **at(12, 13, "fail"))
    build.revoke("billing-0", ["orders-1", "orders-9"], **at(20, 22))
    build.assign("billing-0", ["orders-0", "orders-1"], **at(30, 31))
    build.assign("billing-0", ["orders-1"], **at(40, 42))
    build.revoke("billing-0", ["orders-1"], **at(50, 51, "info"))
    build.poll("billing-0", [], **at(60, 63))
    build.poll("billing-0", [], invoke_ns=61 * MS, complete_ns=None)
    build.wrote("coordinator", [])
    assert holdings(build) == [
        ("billing-0", 0, 10, 11, 40),
        ("billing-0", 1, 10, 11, 20),
        ("billing-0", 1, 30, 31, 63),
    ]


@pytest.mark.parametrize(("taken_ms", "overlaps"), [(29, 1), (30, 0), (31, 0)])
def test_one_may_begin_when_the_other_ends(taken_ms: int, overlaps: int) -> None:
    build = members()
    build.assign("billing-0", ["orders-0"], generation=1, **at(10))
    build.assign(
        "billing-1", ["orders-0"], generation=2, invoke_ns=20 * MS, complete_ns=taken_ms * MS
    )
    build.revoke("billing-0", ["orders-0"], **at(30))
    build.revoke("billing-1", ["orders-0"], **at(40))
    build.wrote("coordinator", [])
    assert group_kinds(build).get("overlapping-ownership", 0) == overlaps


def test_two_owners_are_told_with_their_generation_and_times() -> None:
    build = members()
    build.log("noise-0")
    build.assign("billing-0", ["orders-0"], generation=3, **at(10))
    build.assign("billing-1", ["orders-0"], generation=3, **at(20))
    build.assign("billing-1", ["orders-0"], generation=3, **at(21))
    build.revoke("billing-0", ["orders-0"], **at(30.5))
    build.wrote("coordinator", [])
    verdict = judge(build.history(), Facts(), DEMANDING)
    told = {each.kind: each for each in verdict.findings}
    assert {kind: each.count for kind, each in told.items()} == {
        "shared-ownership": 1,
        "overlapping-ownership": 1,
    }
    (example,) = told["shared-ownership"].examples
    assert (example.log, example.operations) == ("orders-0", (0, 1))
    assert example.because[0].startswith(
        "operation 0 (billing-0) was assigned orders-0 in generation 3, began at 10."
    )
    assert example.because[0].endswith("and held it until 30.500 ms")


def test_an_owner_of_no_known_generation_shares_with_nobody() -> None:
    build = members()
    build.assign("billing-0", ["orders-0"], **at(10))
    build.assign("billing-1", ["orders-0"], **at(20))
    for member in ("billing-0", "billing-1"):
        build.poll(member, [], **at(30))
    build.wrote("coordinator", [])
    assert group_kinds(build) == {"overlapping-ownership": 1}


def spans(build: HistoryBuilder) -> list[tuple[int, float, float]]:
    (group,) = groups_of(Evidence(build.history(), Facts(), DEMANDING))
    return [(number, begin / MS, end / MS) for number, begin, end in rebalance_spans(group)]


def test_a_rebalance_is_from_the_first_that_gives_up_to_the_last_that_is_given() -> None:
    build = members()
    build.assign("billing-0", ["orders-0", "orders-1"], generation=1, **at(10, 12))
    build.revoke("billing-0", ["orders-0"], **at(50))
    build.revoke("billing-0", ["orders-1"], **at(55))
    build.assign("billing-1", ["orders-1"], generation=2, **at(60, 61))
    build.assign("billing-0", ["orders-0"], generation=2, **at(62, 70))
    build.assign("billing-1", ["orders-2"], **at(80, 81))
    build.poll("billing-0", [], **at(90, 91))
    build.wrote("coordinator", [])
    assert spans(build) == [(1, 10, 12), (2, 50, 70)]
    seen = measured(build)
    # Log 0 had no owner from 50 to 70, log 1 from 55 to 61.
    assert (seen["rebalances"], seen["rebalance_ms_max"], seen["unowned_ms_max"]) == (2, 20, 20)


def test_a_log_that_two_hold_is_owned() -> None:
    build = members()
    build.assign("billing-0", ["orders-0"], generation=1, **at(10, 12))
    build.assign("billing-1", ["orders-0"], generation=1, **at(20, 21))
    build.revoke("billing-1", ["orders-0"], **at(30))
    build.revoke("billing-0", ["orders-0"], **at(50))
    build.assign("billing-1", ["orders-0"], generation=2, **at(57, 59))
    build.wrote("coordinator", [])
    assert measured(build)["unowned_ms_max"] == 9


def test_lag_is_of_this_group_and_per_log() -> None:
    build = members()
    build.wrote("coordinator", [])
    lags = [
        LagEvent(time_ns=at_ns, group=group, log=log, committed=committed, end=end)
        for at_ns, group, log, committed, end in (
            (1, "billing", "orders-0", None, 4),
            (2, "billing", "orders-0", 3, 9),
            (3, "billing", "orders-1", 5, 6),
            (4, "other", "orders-0", 0, 99),
            (5, "billing", "orders-0", 7, 9),
        )
    ]
    seen = measured(build, *lags)
    assert (seen["lag_max"], seen["lag_at_end"]) == (6, 3)
    assert measured(build)["lag_max"] == 0


def test_a_group_that_did_nothing_has_numbers() -> None:
    build = members()
    build.wrote("coordinator", [])
    assert set(measured(build).values()) == {0}
