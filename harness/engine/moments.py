"""What wait conditions look at: counts of traffic, and the cluster as it describes itself."""

from confluent_kafka import KafkaException

from harness.kit.clock import Clock
from harness.model.ports.kafka import PartitionState
from harness.model.ports.stack import Stack
from harness.model.ports.surroundings import Probe
from harness.workloads.traffic import Traffic


class Moments:
    """The traffic of a run and its stack, as `model.ports.surroundings.Surroundings`."""

    def __init__(self, traffic: Traffic, stack: Stack, clock: Clock) -> None:
        self._traffic = traffic
        self._stack = stack
        self._clock = clock

    @property
    def acked(self) -> int:
        """Writes acknowledged so far."""
        return self._traffic.acked

    @property
    def sent(self) -> int:
        """Writes begun so far."""
        return self._traffic.sent

    @property
    def results(self) -> int:
        """Results of processors acknowledged so far."""
        return self._traffic.results

    @property
    def reads(self) -> int:
        """Records that consumers have processed so far."""
        return self._traffic.reads

    @property
    def changes(self) -> int:
        """Changes of topics acknowledged so far."""
        return self._traffic.changes

    @property
    def removed(self) -> int:
        """Where all partitions start, added up."""
        return self._traffic.bounds()[0]

    @property
    def offsets(self) -> int:
        """Where all partitions end, added up."""
        return self._traffic.bounds()[1]

    def now_ns(self) -> int:
        """Now, on the clock of the run."""
        return self._clock.now_ns()

    def first_partition(self, topic: str) -> PartitionState | None:
        """The first partition of a topic; None when it is not there, or no broker answers."""
        real = self._traffic.topics[topic]
        try:
            seen = self._stack.kafka.describe([real])
        except KafkaException:
            return None
        return seen[real][0] if real in seen else None

    def members(self, group: str) -> tuple[bool, frozenset[str]]:
        """Whether a group has settled, and its members: none while no broker tells."""
        seen = self._stack.kafka.group_views.state(self._traffic.names["group"][group])
        if seen is None:
            return False, frozenset()
        return seen.state == "stable", frozenset(each.member for each in seen.members)

    def unhealthy(self) -> str | None:
        """None when every service answers and every partition is fully replicated."""
        return self._stack.unhealthy()

    def uncleaned(self) -> Probe:
        """A probe: None once the cleaner has done all it may to what partitions hold now."""
        return self._traffic.uncleaned()
