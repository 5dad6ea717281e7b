"""Consumer groups on the page: lanes of members and of generations, and how far groups lag."""

from harness.history.build import HistoryBuilder
from harness.history.history import History
from harness.model.facts import Facts, GroupEvent, LagEvent, MemberView
from harness.model.scenario import Scenario
from harness.model.workload import LogWorkload
from harness.reporting.page.axis import Axis, axis_of
from harness.reporting.page.charts import SERIES_MAX
from harness.reporting.page.group_lanes import group_lanes, lag_charts
from harness.reporting.page.spans import Lanes

S = 1_000_000_000
AXIS = Axis(end_ns=10 * S, bucket_ns=S)
SCENARIO = Scenario(name="s", about="a", workload=LogWorkload(topics=(), producers=()))


def event(time_s: int, state: str, *members: str, group: str = "billing") -> GroupEvent:
    views = tuple(MemberView(member=name, logs=(f"orders-{name[-1]}",)) for name in members)
    return GroupEvent(
        time_ns=time_s * S, group=group, state=state, coordinator="broker-1", members=views
    )


def lag(time_s: int, log: str, committed: int | None, end: int) -> LagEvent:
    return LagEvent(time_ns=time_s * S, group="billing", log=log, committed=committed, end=end)


def lanes(facts: Facts, history: History | None = None) -> Lanes:
    return group_lanes(AXIS, history or HistoryBuilder().history(), facts, SCENARIO)


def test_what_a_coordinator_showed_lasts_until_it_showed_something_else() -> None:
    facts = Facts(
        groups=(
            event(1, "stable", "billing-0", "billing-1"),
            event(4, "preparing_rebalancing", "billing-0"),
            event(5, "stable", "billing-0"),
            event(8, "empty"),
        )
    )
    found = lanes(facts)
    assert found.names == ("billing", "billing, generations")
    assert [(each.start, each.end, each.label, each.tone) for each in found.spans] == [
        (1, 4, "2 members", "group-stable"),
        (4, 5, "preparing rebalancing", "group-rebalance"),
        (5, 8, "1 member", "group-stable"),
        (8, 10, "empty", "group-empty"),
    ]
    assert found.spans[0].note == (
        "stable, 2 members, coordinator broker-1\nbilling-0: orders-0\nbilling-1: orders-1"
    )


def test_generations_are_drawn_from_what_members_were_told() -> None:
    build = HistoryBuilder()
    for name in ("billing-0", "billing-1"):
        build.process(name, group="run-billing", kind="billing")
    build.assign(
        "billing-0", ["orders-0", "orders-1"], generation=1, invoke_ns=S, complete_ns=2 * S
    )
    build.revoke("billing-0", ["orders-0", "orders-1"], invoke_ns=5 * S, complete_ns=5 * S)
    build.assign("billing-0", ["orders-0"], generation=2, invoke_ns=6 * S, complete_ns=6 * S)
    build.assign("billing-1", ["orders-1"], generation=2, invoke_ns=6 * S, complete_ns=7 * S)
    found = lanes(Facts(), build.history())
    assert [(each.lane, each.start, each.end, each.label) for each in found.spans] == [
        (1, 1, 2, ""),
        (1, 2, 5, "1"),
        (1, 5, 7, ""),
        (1, 7, 10, "2"),
    ]
    assert {each.tone for each in found.spans if not each.label} == {"group-rebalance"}


def test_lag_is_what_lies_between_the_commit_and_the_end_until_it_is_seen_again() -> None:
    events = (lag(2, "orders-0", None, 4), lag(4, "orders-0", 6, 8), lag(3, "orders-1", 5, 5))
    [chart] = lag_charts(AXIS, Facts(lags=events))
    assert chart.labels == ("orders-0", "orders-1")
    assert chart.columns[0] == (None, None, 4, 4, 2, 2, 2, 2, 2, 2, 2)
    assert chart.columns[1][:4] == (None, None, None, 0)


def test_many_logs_are_added_up() -> None:
    logs = [f"orders-{number}" for number in range(SERIES_MAX + 1)]
    [chart] = lag_charts(AXIS, Facts(lags=tuple(lag(0, log, 1, 3) for log in logs)))
    assert chart.labels == (f"sum over {len(logs)} partitions",)
    assert chart.columns[0][-1] == 2 * len(logs)


def test_the_axis_reaches_to_the_last_that_was_seen_of_a_group() -> None:
    facts = Facts(groups=(event(7, "empty"),), lags=(lag(9, "orders-0", 1, 1),))
    assert axis_of(HistoryBuilder().history(), facts).end_ns == 9 * S


def test_a_run_without_groups_has_none_of_it() -> None:
    assert lanes(Facts()) == Lanes(names=(), spans=())
    assert lag_charts(AXIS, Facts()) == ()
