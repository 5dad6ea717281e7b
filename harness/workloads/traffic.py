"""What a run needs of its traffic, whatever the traffic is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.facts import LogEnd, Standing
from harness.model.ports.groups import Members
from harness.model.ports.kafka import Kafka
from harness.workloads.bounds import log_bounds
from harness.workloads.worker import Worker

LEADER_LIMIT_S = 10.0

Condition = tuple[str, Callable[[], str | None]]
"""What is waited for, and a probe: None when it holds, else what was seen instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalRead:
    """How far everything was read in the end."""

    logs: tuple[LogEnd, ...]
    places: tuple[str, ...] = ()
    """Places of a pipeline that were read completely."""
    standings: tuple[Standing, ...] = ()
    """What copies had committed before they were read, as far as that says what they applied."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Places that could not be read, each with what kept it from being read."""
    cut_off: Mapping[str, str] = field(default_factory=dict)
    """Places whose feed the source will never hand what it has yet to read, and why."""


def bounds_of(kafka: Kafka, topics: Iterable[str], clock: Clock) -> tuple[int, int]:
    """Where all logs of these topics start and end, added up; one without a leader counts for none.

    Args:
        kafka: the cluster.
        topics: their real names.
        clock: whose time counts.

    Raises:
        KafkaException: a leader does not say for long where its log ends.
    """
    deadline = Deadline(LEADER_LIMIT_S, clock)
    starts = ends = 0
    for topic, states in kafka.describe(sorted(topics)).items():
        for state in states:
            if state.leader is not None:
                start, end = log_bounds(kafka, topic, state.partition, deadline, clock)
                starts, ends = starts + start, ends + end
    return starts, ends


class Traffic(Protocol):
    """All workers of a run and what belongs to them on the stack."""

    @property
    def topics(self) -> Mapping[str, str]:
        """The scenario's name of each topic → its real name, which nobody else uses."""

    @property
    def connectors(self) -> Mapping[str, str]:
        """Place of a pipeline → the real name of the connector that fills it."""

    @property
    def groups(self) -> Mapping[str, str]:
        """The scenario's name of each kind of group members → the real name of their group."""

    @property
    def members(self) -> Members:
        """Power over its consumers."""

    @property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Setting of a fault that names something → the scenario's name of it → its real name."""

    @property
    def workers(self) -> tuple[Worker, ...]:
        """In order of start."""

    @property
    def sent(self) -> int:
        """Writes begun so far."""

    @property
    def acked(self) -> int:
        """Writes acknowledged so far."""

    @property
    def results(self) -> int:
        """Results of processors acknowledged so far."""

    @property
    def reads(self) -> int:
        """Records that consumers were done with so far."""

    @property
    def changes(self) -> int:
        """Changes of topics acknowledged to administrators so far."""

    def ready(self) -> Iterator[Condition]:
        """What must hold before the first write; workers are stepped meanwhile."""

    def underway(self) -> Iterator[Condition]:
        """What must hold before chaos, besides writes that are acknowledged."""

    def bounds(self) -> tuple[int, int]:
        """Where all logs start, and end as far as readers may read, added up."""

    def uncleaned(self) -> Callable[[], str | None]:
        """A probe: None once the cleaner has done all it may to what logs hold now."""

    def quiet(self) -> None:
        """Begin no more writes."""

    def reported(self) -> Iterator[Condition]:
        """What must hold before the stack is asked whether it is whole: every write is answered."""

    def processed(self) -> Iterator[Condition]:
        """What must hold, once the stack is whole, before nothing more is sent."""

    def sends_ended(self) -> None:
        """Tell readers that nothing more is sent."""

    def caught_up(self) -> Iterator[Condition]:
        """What must hold before the final read, once nothing more is sent."""

    def final_read(self, limit_s: float) -> FinalRead:
        """Read everything to its end and record it; workers do not run any more."""

    def forget(self) -> None:
        """Delete what belongs to this traffic alone; never raises."""
