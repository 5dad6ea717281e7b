"""What several brokers' views of one cluster add up to. Pure functions; brokers may disagree."""

from collections import Counter
from collections.abc import Mapping

from harness.clients.wire import ClusterView, PartitionView

Views = Mapping[int, ClusterView | OSError]


def answered(views: Views) -> dict[int, ClusterView]:
    """The views of the brokers that answered, in order of broker id."""
    return {broker: view for broker, view in sorted(views.items()) if isinstance(view, ClusterView)}


def controller_of(views: Views) -> int | None:
    """The broker that most of those who answered name as controller."""
    named = Counter(view.controller for view in answered(views).values())
    named.pop(None, None)
    return named.most_common(1)[0][0] if named else None


def partitions_of(views: Views, topic: str) -> tuple[PartitionView, ...]:
    """Each partition of `topic` as seen by whoever knows its latest leader.

    A broker that is cut off or has just been resumed still tells of an earlier leader, under an
    earlier epoch. Within one epoch the controller knows the in-sync replicas first.
    """
    controller = controller_of(views)
    best: dict[int, tuple[tuple[int, bool], PartitionView]] = {}
    for broker, view in answered(views).items():
        for seen in view.topics.get(topic, ()):
            rank = (seen.epoch, broker == controller)
            if seen.partition not in best or rank > best[seen.partition][0]:
                best[seen.partition] = (rank, seen)
    return tuple(best[partition][1] for partition in sorted(best))


def shortcoming(views: Views) -> str | None:
    """None when all brokers answer, agree, and have every partition fully replicated."""
    for broker, view in sorted(views.items()):
        if isinstance(view, OSError):
            return f"broker {broker} does not answer: {view}"
        if absent := sorted(set(views) - view.brokers):
            return f"broker {broker} does not see {_listed(absent)}"
        if view.controller is None:
            return f"broker {broker} knows no controller"
    controllers = {view.controller for view in answered(views).values()}
    if len(controllers) > 1:
        return f"brokers disagree on the controller: {_listed(sorted(map(str, controllers)))}"
    for broker, view in answered(views).items():
        for topic, partitions in sorted(view.topics.items()):
            if short := short_partition(topic, partitions):
                return f"broker {broker} sees {short}"
    return None


def short_partition(topic: str, partitions: tuple[PartitionView, ...]) -> str | None:
    """The first partition that has no leader or too few in-sync replicas, in words."""
    for seen in partitions:
        if seen.leader is None:
            return f"{topic}-{seen.partition} without a leader"
        if set(seen.isr) != set(seen.replicas):
            return (
                f"{topic}-{seen.partition} with {_listed(sorted(seen.isr))} in sync "
                f"of {_listed(sorted(seen.replicas))}"
            )
    return None


def _listed(items: list[int] | list[str]) -> str:
    return ", ".join(map(str, items)) or "none"
