"""What the engine measured beside the history: what a checker needs besides operations."""

from typing import Literal

from harness.model.value import Value


class LogEnd(Value, frozen=True, kw_only=True):
    """One partition at the end of a run: where it begins and ends, and how far it was read."""

    log: str
    """`topic-partition`, topic as the scenario names it."""
    start: int
    """Log start offset: the first offset that can still be read."""
    end: int
    """The offset after the last readable record."""
    read_to: int
    """Final reads covered every offset below this; equal to `end` when the drain is complete."""


FAULT_EVENTS = {
    "asked": "requested",
    "injected": "injected",
    "witnessed": "confirmed",
    "unwitnessed": "not confirmed",
    "healed": "healed",
    "failed": "failed",
}
"""What people read for each event of a fault."""


class FaultEvent(Value, frozen=True, kw_only=True):
    """One moment in the life of a fault, on the run's clock."""

    step: str
    kind: str
    targets: tuple[str, ...]
    event: Literal["asked", "injected", "witnessed", "unwitnessed", "healed", "failed"]
    time_ns: int
    note: str = ""


class UnmetCondition(Value, frozen=True, kw_only=True):
    """A step started at its limit, because its condition was not met in time."""

    time_ns: int
    """When it started."""
    step: str
    waited_s: float
    seen: str
    """What was seen last instead."""

    def __str__(self) -> str:
        return (
            f"its condition was not met within {self.waited_s:g} s; it starts anyway "
            f"(last seen: {self.seen})"
        )


class PhaseEvent(Value, frozen=True, kw_only=True):
    """A phase of the run began."""

    phase: str
    time_ns: int


class LeaderEvent(Value, frozen=True, kw_only=True):
    """A partition was seen with this leader and these in-sync replicas (a change since before)."""

    time_ns: int
    log: str
    leader: int | None
    isr: tuple[int, ...]
    epoch: int | None = None


class StartEvent(Value, frozen=True, kw_only=True):
    """A partition was seen to start at this offset (a change since before)."""

    time_ns: int
    log: str
    start: int


class EndEvent(Value, frozen=True, kw_only=True):
    """A partition to which transactions write was seen to end here (a change since before)."""

    time_ns: int
    log: str
    end: int
    """The high watermark."""
    stable: int
    """The last stable offset: readers of what is committed get no further."""


class TaskEvent(Value, frozen=True, kw_only=True):
    """A connector or one of its tasks was seen in this state (a change since before)."""

    time_ns: int
    place: str
    """The place of the pipeline that it fills."""
    task: str
    """`connector`, or `task` and its number."""
    state: str
    """As Connect says it: RUNNING, UNASSIGNED, FAILED, RESTARTING, PAUSED."""
    worker: str = ""
    """The service that it is assigned to."""
    trace: str = ""
    """Why it failed: the first line, and the first line of each cause."""


class MemberView(Value, frozen=True, kw_only=True):
    """A member as its coordinator sees it."""

    member: str
    """As the scenario names it."""
    logs: tuple[str, ...]
    """What it is assigned."""


class GroupEvent(Value, frozen=True, kw_only=True):
    """A group was seen so by its coordinator (a change since before)."""

    time_ns: int
    group: str
    state: str
    """As Kafka says it: stable, preparing_rebalancing, completing_rebalancing, empty, dead."""
    coordinator: str
    """The service that answered."""
    members: tuple[MemberView, ...] = ()


class LagEvent(Value, frozen=True, kw_only=True):
    """How far a group had committed a log (a change since before), by its coordinator."""

    time_ns: int
    group: str
    log: str
    committed: int | None
    """The next offset to read; None where it has committed nothing."""
    end: int
    """The log's high watermark, asked for right after."""


class SchemaEvent(Value, frozen=True, kw_only=True):
    """The registry answered this for the id of a schema (a change since before)."""

    time_ns: int
    number: int
    """The id."""
    schema: str
    """A digest of the schema; empty when the registry knows none."""


class Session(Value, frozen=True, kw_only=True):
    """How long a broker's session with ZooKeeper outlives it, as the server granted it."""

    service: str
    timeout_ms: int


class RunSettings(Value, frozen=True, kw_only=True):
    """What a server or a topic said, before chaos began, that it runs with.

    As far as a promise depends on it: see `harness.model.defaults.deciding`.
    """

    of: str
    """The service, or `topic` and the scenario's name of it."""
    values: dict[str, str]


class RevivedEvent(Value, frozen=True, kw_only=True):
    """A service had exited by itself, after every fault was healed, and was started once more."""

    time_ns: int
    service: str


class Standing(Value, frozen=True, kw_only=True):
    """Where a copy stood in a log in the end, by the offsets that it had committed.

    One that may pass over records was ended before that.
    """

    place: str
    """The copy that it fills."""
    log: str
    position: int
    """It has done with every offset below this."""
    letters: tuple[int, ...] = ()
    """Offsets of the records that are in its dead-letter queue."""


class Facts(Value, frozen=True, kw_only=True):
    """Everything about a run that is not an operation."""

    logs: tuple[LogEnd, ...] = ()
    faults: tuple[FaultEvent, ...] = ()
    phases: tuple[PhaseEvent, ...] = ()
    begun: tuple[str, ...] = ()
    """Names of the steps that began, in order."""
    unmet: tuple[UnmetCondition, ...] = ()
    """Steps that began by their limit."""
    leaders: tuple[LeaderEvent, ...] = ()
    starts: tuple[StartEvent, ...] = ()
    """Of logs from which records may be removed while the run goes on."""
    ends: tuple[EndEvent, ...] = ()
    """Of logs to which transactions write."""
    tasks: tuple[TaskEvent, ...] = ()
    schemas: tuple[SchemaEvent, ...] = ()
    groups: tuple[GroupEvent, ...] = ()
    lags: tuple[LagEvent, ...] = ()
    drained: tuple[str, ...] = ()
    """Places of a pipeline that the final read covered completely; the source with its binlog."""
    unread: dict[str, str] = {}
    """Places of a pipeline that the final read could not read, each with the reason."""
    cut_off: dict[str, str] = {}
    """Places that will never get more from the source, each with what its server says of that."""
    standings: tuple[Standing, ...] = ()
    sessions: tuple[Session, ...] = ()
    """Of every broker, before chaos began; none with KRaft, where nobody negotiates."""
    settings: tuple[RunSettings, ...] = ()
    revived: tuple[RevivedEvent, ...] = ()
    exited: tuple[str, ...] = ()
    """Services that did not run in the end, although every fault was healed."""
    unknowns: tuple[str, ...] = ()
    """What the engine saw that keeps the run from proving anything."""
    host_stall_ms_max: float = 0.0
    """The longest time that a 50 ms ticker of the harness itself was held up."""
