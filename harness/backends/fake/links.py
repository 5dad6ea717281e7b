"""Links between services, and between clients and brokers: cut, mended, slowed."""

from collections import defaultdict
from collections.abc import Callable

from harness.backends.fake.clock import VirtualClock
from harness.kit.waits import NS_PER_S

Pair = tuple[str, str]
TRIES_PER_S = 20
"""Packets that two separated services lose to each other in a second: both keep trying."""
ROUND_TRIP_MS = 1.0


class Links:
    """Which links are cut since when, and how slow those of clients are."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._cut_ns: dict[Pair, int] = {}
        self._dropped: defaultdict[Pair, int] = defaultdict(int)
        self._cuts: defaultdict[Pair, int] = defaultdict(int)
        self._delay_ms: dict[str, int] = {}
        self._watchers: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)

    def watch(self, caller: str, told: Callable[[str], None]) -> None:
        """Tell `told` of every service whose link to `caller` is cut from now on."""
        self._watchers[caller].append(told)

    def cut(self, one: str, other: str) -> None:
        """Let nothing pass between the two."""
        if self.works(one, other):
            self._cut_ns[_pair(one, other)] = self._clock.now_ns()
            self._cuts[_pair(one, other)] += 1
            for caller, service in ((one, other), (other, one)):
                for told in tuple(self._watchers[caller]):
                    told(service)

    def mend(self, one: str, other: str) -> None:
        """Let everything pass again."""
        self._dropped[_pair(one, other)] = self.dropped(one, other)
        self._cut_ns.pop(_pair(one, other), None)

    def cut_since_ns(self, one: str, other: str) -> int | None:
        """Since when nothing passes; None when the link works."""
        return self._cut_ns.get(_pair(one, other))

    def works(self, one: str, other: str) -> bool:
        """Whether packets pass."""
        return not self._cut_ns or _pair(one, other) not in self._cut_ns

    def cuts(self, one: str, other: str) -> int:
        """How often the link was cut so far."""
        return self._cuts[_pair(one, other)]

    def dropped(self, one: str, other: str) -> int:
        """Packets lost so far."""
        since_ns = self.cut_since_ns(one, other)
        lost_ns = 0 if since_ns is None else self._clock.now_ns() - since_ns
        return self._dropped[_pair(one, other)] + lost_ns * TRIES_PER_S // NS_PER_S

    def delay(self, broker: str, latency_ms: int) -> None:
        """Hold back what clients receive from `broker`."""
        self._delay_ms[broker] = latency_ms

    def delay_ms(self, broker: str) -> int:
        """How long it is held back."""
        return self._delay_ms.get(broker, 0)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
