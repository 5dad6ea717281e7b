"""What several brokers' views add up to when they disagree."""

from harness.clients.cluster import Views, controller_of, partitions_of, shortcoming
from harness.clients.wire import ClusterView, PartitionView

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
