"""When the moment of a step has come: counts of traffic, and what the cluster does by itself."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from confluent_kafka import KafkaException

from harness.kit.clock import Clock
from harness.model.fault import After
from harness.model.ports.stack import PartitionState, Stack
from harness.workloads.traffic import Traffic

Probe: TypeAlias = Callable[[], str | None]
"""None when it has come; else what was seen last."""


class Moments:
    """Looks at traffic and cluster; counts begin with the wait."""

    def __init__(self, traffic: Traffic, stack: Stack, clock: Clock) -> None:
        self._traffic = traffic
        self._stack = stack
        self._clock = clock

    def awaited(self, after: After) -> Probe:
        """A probe for all that `after` asks for."""
        probes = tuple(self._probes(after))
        return lambda: next(filter(None, (probe() for probe in probes)), None)

    def _probes(self, after: After) -> Iterator[Probe]:
        """The cheap one first: those behind it ask the cluster."""
        yield self._counted(after)
        if after.elected is not None:
            yield self._elected(after.elected)
        if after.alone is not None:
            yield self._alone(after.alone)
        if after.rebalanced is not None:
            yield self._rebalanced(after.rebalanced)
        if after.offsets or after.removed:
            yield self._moved(after)
        if after.whole:
            yield self._stack.unhealthy
        if after.cleaned:
            yield self._traffic.uncleaned()

    def _counted(self, after: After) -> Probe:
        traffic = self._traffic
        acks, sends = traffic.acked + after.acks, traffic.sent + after.sends
        results, changes = traffic.results + after.results, traffic.changes + after.changes
        reads = traffic.reads + after.reads
        until_ns = self._clock.now_ns() + int(after.seconds * 1e9)

        def probe() -> str | None:
            acked, sent = traffic.acked, traffic.sent
            if acked < acks or sent < sends or self._clock.now_ns() < until_ns:
                return f"{acked} acknowledged, {sent} sent"
            made, granted = traffic.results, traffic.changes
            if made < results or granted < changes:
                return f"{made} results of {results}, {granted} changes of topics of {changes}"
            if (read := traffic.reads) < reads:
                return f"{read} records read of {reads}"
            return None

        return probe

    def _elected(self, topic: str) -> Probe:
        before = self._leader(topic)

        def probe() -> str | None:
            if self._leader(topic) in (None, before):
                return f"{topic} has no other leader"
            return None

        return probe

    def _alone(self, topic: str) -> Probe:
        def probe() -> str | None:
            first = self._first_partition(topic)
            if first is None or first.leader is None or first.isr != (first.leader,):
                return f"somebody but its leader is in sync with {topic}, or it has none"
            return None

        return probe

    def _rebalanced(self, group: str) -> Probe:
        _, before = self._members(group)

        def probe() -> str | None:
            settled, members = self._members(group)
            if not settled or members == before:
                return f"{group} has not settled with other members"
            return None

        return probe

    def _moved(self, after: After) -> Probe:
        removed, grown = self._traffic.bounds()
        removed, grown = removed + after.removed, grown + after.offsets

        def probe() -> str | None:
            starts, ends = self._traffic.bounds()
            if starts < removed or ends < grown:
                return f"logs start at {starts} of {removed} and end at {ends} of {grown}"
            return None

        return probe

    def _leader(self, topic: str) -> int | None:
        """Who leads the first partition of a topic; None as well when nobody can tell."""
        first = self._first_partition(topic)
        return None if first is None else first.leader

    def _first_partition(self, topic: str) -> PartitionState | None:
        """The first partition of a topic; None when it is not there, or nobody can tell."""
        real = self._traffic.topics[topic]
        try:
            seen = self._stack.kafka.describe([real])
        except KafkaException:
            return None
        return seen[real][0] if real in seen else None

    def _members(self, group: str) -> tuple[bool, frozenset[str]]:
        """Whether a group has settled, and who is in it: nobody while nobody can tell."""
        seen = self._stack.kafka.group_views.state(self._traffic.names["group"][group])
        if seen is None:
            return False, frozenset()
        return seen.state == "stable", frozenset(each.member for each in seen.members)
