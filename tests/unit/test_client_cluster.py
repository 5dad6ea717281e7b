"""What several brokers' views add up to when they disagree."""

from harness.systems.kafka.cluster import (
    SILENT_MS_MAX,
    Views,
    controller_of,
    partitions_of,
    quorum_shortcoming,
    shortcoming,
)
from harness.systems.kafka.wire_answers import ClusterView, PartitionView, QuorumView

ALL = (1, 2, 3)


def view(
    *,
    leader: int | None = 1,
    epoch: int = 0,
    isr: tuple[int, ...] = ALL,
    controller: int | None = 1,
    brokers: tuple[int, ...] = ALL,
) -> ClusterView:
    seen = PartitionView(partition=0, leader=leader, epoch=epoch, replicas=ALL, isr=isr)
    return ClusterView(
        brokers=frozenset(brokers), controller=controller, topics={"orders": (seen,)}
    )


def test_the_latest_epoch_wins_over_the_word_of_most() -> None:
    stale = view(leader=1, epoch=4)
    views = {1: stale, 2: view(leader=2, epoch=5), 3: stale}
    assert partitions_of(views, "orders")[0].leader == 2


def test_within_an_epoch_the_controller_knows_best() -> None:
    stale = view(isr=ALL, controller=2)
    views = {1: stale, 2: view(isr=(1, 2), controller=2), 3: stale}
    assert partitions_of(views, "orders")[0].isr == (1, 2)


def test_a_broker_that_does_not_answer_is_left_out() -> None:
    views: Views = {1: TimeoutError("no answer"), 2: view(leader=2, epoch=1), 3: OSError("refused")}
    assert partitions_of(views, "orders")[0].leader == 2
    assert partitions_of(views, "nothing") == ()


def test_the_controller_is_whom_most_name() -> None:
    assert controller_of({1: view(controller=1), 2: view(controller=3), 3: view(controller=3)}) == 3
    assert controller_of({1: OSError("refused")}) is None
    assert controller_of({1: view(controller=None)}) is None


def test_health_needs_every_broker_to_answer_and_to_agree() -> None:
    assert shortcoming({1: view(), 2: view(), 3: view()}) is None
    bad: dict[str, ClusterView | OSError] = {
        "does not answer": OSError("refused"),
        "does not see 3": view(brokers=(1, 2)),
        "knows no controller": view(controller=None),
        "disagree on the controller": view(controller=2),
        "without a leader": view(leader=None),
        "orders-0 with 1, 2 in sync of 1, 2, 3": view(isr=(2, 1)),
    }
    for reason, second in bad.items():
        assert reason in (shortcoming({1: view(), 2: second, 3: view()}) or "")


def test_where_controllers_are_apart_nobody_minds_whom_a_broker_names() -> None:
    views: Views = {1: view(controller=2), 2: view(controller=3), 3: view(controller=None)}
    assert shortcoming(views, controllers_apart=True) is None
    stale = view(isr=ALL, controller=3)
    named = {1: view(isr=(1, 2), controller=2), 2: stale, 3: stale}
    assert partitions_of(named, "orders", controllers_apart=True)[0].isr == (1, 2), "the leader's"


def test_a_quorum_is_whole_when_all_follow_one() -> None:
    def led(silent_ms: dict[int, int | None]) -> QuorumView:
        return QuorumView(leader=101, epoch=1, silent_ms=silent_ms)

    controllers = (101, 102, 103)
    assert quorum_shortcoming(led({102: 0, 103: 500, 1: 90000}), controllers) is None
    assert "no controller leads" in (quorum_shortcoming(None, controllers) or "")
    for other, silent_ms in {102: None, 103: SILENT_MS_MAX + 1}.items():
        silent = led({102: 0, 103: 0, other: silent_ms})
        assert f"controller {other} has not" in (quorum_shortcoming(silent, controllers) or "")
