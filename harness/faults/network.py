"""Networks: a broker cut off from the others, and slow client links."""

from typing import Any, ClassVar

from harness.faults.fault import Fault, Injection, LinkNeed, fault
from harness.kit.waits import NotYet
from harness.model.fault import FaultSpec
from harness.model.ports.powers import Links, Network
from harness.model.ranges import Milliseconds
from harness.model.value import Value


class IsolateSettings(Value, frozen=True, kw_only=True):
    """Whom the target loses beside the other brokers."""

    metadata: bool = False
    """Cut it off from whoever keeps the cluster's metadata as well: ZooKeeper, or controllers."""


@fault("network.isolate")
class Isolate(Fault[IsolateSettings]):
    """Drop all packets between each target and the other brokers; clients still reach it."""

    settings: ClassVar[type[Value]] = IsolateSettings
    needs: ClassVar[tuple[type[Any], ...]] = (Network,)

    def inject(self, injection: Injection[IsolateSettings]) -> None:
        """Cut every target off."""
        for target in injection.targets:
            injection.power(Network).cut(target, _peers(injection, target))

    def witness(self, injection: Injection[IsolateSettings]) -> str | NotYet:
        """Packets were dropped at every target."""
        dropped = {
            target: injection.power(Network).dropped(target, _peers(injection, target))
            for target in injection.targets
        }
        text = ", ".join(f"{count} packets dropped at {name}" for name, count in dropped.items())
        return text if all(dropped.values()) else NotYet(text)

    def heal(self, injection: Injection[IsolateSettings]) -> None:
        """Let packets pass again."""
        for target in injection.targets:
            injection.power(Network).mend(target, _peers(injection, target))


class DelaySettings(Value, frozen=True, kw_only=True):
    """How long answers are held back."""

    latency_ms: Milliseconds = 500


@fault("network.delay")
class Delay(Fault[DelaySettings]):
    """Delay everything that clients receive from each target over its client link."""

    settings: ClassVar[type[Value]] = DelaySettings
    needs: ClassVar[tuple[type[Any], ...]] = (Links,)

    def link(self, _spec: FaultSpec) -> LinkNeed:
        """A client link."""
        return LinkNeed("client", proxied=True)

    def inject(self, injection: Injection[DelaySettings]) -> None:
        """Delay the client link of every target."""
        for target in injection.targets:
            injection.power(Links).delay(target, injection.settings.latency_ms)

    def witness(self, injection: Injection[DelaySettings]) -> str | NotYet:
        """A request through each link took at least the delay."""
        took = {
            target: injection.power(Links).round_trip_ms(target) for target in injection.targets
        }
        text = ", ".join(f"round trip to {name} {ms:.0f} ms" for name, ms in took.items())
        slow = all(ms >= injection.settings.latency_ms for ms in took.values())
        return text if slow else NotYet(text)

    def heal(self, injection: Injection[DelaySettings]) -> None:
        """Take the delay off."""
        for target in injection.targets:
            injection.power(Links).delay(target, 0)


def _peers(injection: Injection[IsolateSettings], target: str) -> list[str]:
    topology = injection.stack.topology
    keepers = topology.metadata_names if injection.settings.metadata else ()
    return [name for name in (*topology.broker_names, *keepers) if name != target]
