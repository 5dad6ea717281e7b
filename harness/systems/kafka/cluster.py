"""What several brokers' views of one cluster add up to. Pure functions; brokers may disagree."""

from collections import Counter
from collections.abc import Collection, Mapping

from harness.systems.kafka.wire_answers import ClusterView, PartitionView, QuorumView

Views = Mapping[int, ClusterView | OSError]
# A follower's own patience with its leader, `controller.quorum.fetch.timeout.ms`.
SILENT_MS_MAX = 2000


def answered(views: Views) -> dict[int, ClusterView]:
    """The views of the brokers that answered, in order of broker id."""
    return {broker: view for broker, view in sorted(views.items()) if isinstance(view, ClusterView)}


def controller_of(views: Views) -> int | None:
    """The broker that most of those who answered name as controller."""
    named = Counter(view.controller for view in answered(views).values())
    named.pop(None, None)
    return named.most_common(1)[0][0] if named else None


def partitions_of(
    views: Views, topic: str, *, controllers_apart: bool = False
) -> tuple[PartitionView, ...]:
    """Each partition of `topic` as seen by whoever knows its latest leader.

    A broker that is cut off or has just been resumed still tells of an earlier leader, under an
    earlier epoch. Within one epoch the controller knows the in-sync replicas first, if it is one of
    the brokers, and then the leader.

    Args:
        views: what each broker says.
        topic: its name.
        controllers_apart: they are no brokers, so whom a broker names as controller means nothing.
    """
    controller = None if controllers_apart else controller_of(views)
    best: dict[int, tuple[tuple[int, bool, bool], PartitionView]] = {}
    for broker, view in answered(views).items():
        for seen in view.topics.get(topic, ()):
            rank = (seen.epoch, broker == controller, broker == seen.leader)
            if seen.partition not in best or rank > best[seen.partition][0]:
                best[seen.partition] = (rank, seen)
    return tuple(best[partition][1] for partition in sorted(best))


def shortcoming(views: Views, *, controllers_apart: bool = False) -> str | None:
    """None when all brokers answer, agree, and have every partition fully replicated.

    Args:
        views: what each broker says.
        controllers_apart: as above.
    """
    for broker, view in sorted(views.items()):
        if isinstance(view, OSError):
            return f"broker {broker} does not answer: {view}"
        if absent := sorted(set(views) - view.brokers):
            return f"broker {broker} does not see {_listed(absent)}"
        if view.controller is None and not controllers_apart:
            return f"broker {broker} knows no controller"
    controllers = {view.controller for view in answered(views).values()}
    if len(controllers) > 1 and not controllers_apart:
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


def quorum_shortcoming(view: QuorumView | None, controllers: Collection[int]) -> str | None:
    """None when one of `controllers` leads and the others follow it; else what is missing."""
    if view is None:
        return "no controller leads the others"
    for controller in sorted(set(controllers) - {view.leader}):
        silent_ms = view.silent_ms.get(controller)
        if silent_ms is None:
            return f"controller {controller} has not followed controller {view.leader} yet"
        if silent_ms > SILENT_MS_MAX:
            return f"controller {controller} has not fetched metadata for {silent_ms} ms"
    return None


def _listed(items: list[int] | list[str]) -> str:
    return ", ".join(map(str, items)) or "none"
