"""What a run notes down beside its history, saved after every event."""

import logging
from collections.abc import Callable

from harness.kit.clock import Clock
from harness.kit.errors import HarnessError
from harness.model.facts import (
    FAULT_EVENTS,
    EndEvent,
    Facts,
    FaultEvent,
    GroupEvent,
    LagEvent,
    LeaderEvent,
    PhaseEvent,
    RevivedEvent,
    RunSettings,
    SchemaEvent,
    Session,
    StartEvent,
    TaskEvent,
    UnmetCondition,
)
from harness.reporting.folder import RunFolder
from harness.workloads.traffic import FinalRead

log = logging.getLogger(__name__)
STOPPED = "the run was stopped before its final read was complete"


class Notes:
    """Phases, faults and doubts of one run; whatever kills the harness finds them on disk.

    Args:
        folder: where the facts are saved.
        clock: of the run.
        tell: told each phase and fault as one line.
    """

    def __init__(self, folder: RunFolder, clock: Clock, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._clock = clock
        self._tell = tell
        self._phases: list[PhaseEvent] = []
        self._faults: list[FaultEvent] = []
        self._begun: list[str] = []
        self._unmet: list[UnmetCondition] = []
        self._unknowns: list[str] = []
        self.origin_ns = clock.now_ns()
        self.leaders: list[LeaderEvent] = []
        self.starts: list[StartEvent] = []
        self.ends: list[EndEvent] = []
        self.tasks: list[TaskEvent] = []
        self.schemas: list[SchemaEvent] = []
        self.sessions: tuple[Session, ...] = ()
        self.settings: tuple[RunSettings, ...] = ()
        self.revived: list[RevivedEvent] = []
        self.exited: tuple[str, ...] = ()
        self.groups: list[GroupEvent] = []
        self.lags: list[LagEvent] = []
        self.stall_ms_max = 0.0
        self.final_read: FinalRead | None = None
        """How far everything was read, once that is done."""

    def since_start_ns(self) -> int:
        """The run's clock."""
        return self._clock.now_ns() - self.origin_ns

    def phase(self, phase: str) -> None:
        """A phase begins."""
        self._phases.append(PhaseEvent(phase=phase, time_ns=self.since_start_ns()))
        log.info("phase %s", phase)
        self._try_to_save()
        self._tell(phase)

    def fault(self, event: FaultEvent) -> None:
        """Something happened to a fault."""
        self._faults.append(event)
        self._try_to_save()
        word, targets = FAULT_EVENTS[event.event], ", ".join(event.targets)
        note = f": {event.note}" if event.note else ""
        self._tell(f"{event.step}: {event.kind} on {targets} {word}{note}")

    def begun(self, step: str) -> None:
        """A step of the plan begins."""
        self._begun.append(step)

    def unmet(self, step: str, waited_s: float, seen: str) -> None:
        """A step begins by its limit."""
        event = UnmetCondition(
            time_ns=self.since_start_ns(), step=step, waited_s=waited_s, seen=seen
        )
        self._unmet.append(event)
        log.warning("step %s: %s", step, event)
        self._try_to_save()
        self._tell(f"{step}: {event}")

    def task(self, event: TaskEvent) -> None:
        """A connector or a task was seen in another state."""
        self.tasks.append(event)
        if event.state == "FAILED":
            self._tell(f"{event.task} that fills {event.place} FAILED: {event.trace}")

    def say(self, line: str) -> None:
        """Tell something that is not a fact."""
        self._tell(line)

    def unknown(self, why: str) -> None:
        """Something keeps the run from proving anything."""
        log.warning("%s", why)
        self._unknowns.append(why)

    def save(self) -> None:
        """Write down all that is known so far."""
        read = self.final_read
        unknowns = self._unknowns if read else [*self._unknowns, STOPPED]
        self._folder.save(
            Facts(
                logs=read.logs if read else (),
                drained=read.places if read else (),
                unread=dict(read.unread) if read else {},
                standings=read.standings if read else (),
                cut_off=dict(read.cut_off) if read else {},
                faults=tuple(self._faults),
                phases=tuple(self._phases),
                begun=tuple(self._begun),
                unmet=tuple(self._unmet),
                leaders=tuple(self.leaders),
                starts=tuple(self.starts),
                ends=tuple(self.ends),
                tasks=tuple(self.tasks),
                schemas=tuple(self.schemas),
                sessions=self.sessions,
                settings=self.settings,
                revived=tuple(self.revived),
                exited=self.exited,
                groups=tuple(self.groups),
                lags=tuple(self.lags),
                unknowns=tuple(unknowns),
                host_stall_ms_max=self.stall_ms_max,
            )
        )

    def _try_to_save(self) -> None:
        """Save; a full disk must not keep what comes next from healing."""
        try:
            self.save()
        except HarnessError as error:
            self.unknown(f"the facts could not be saved: {error}")
