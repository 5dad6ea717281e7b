"""The conductor: executes the steps of a plan, proves that each fault bit, and heals them all."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.faults.fault import FAULTS, Injection
from harness.faults.ledger import Ledger
from harness.kit.clock import Clock
from harness.kit.errors import FaultError, WaitTimeout
from harness.kit.waits import NotYet, wait_until
from harness.model.codec import convert
from harness.model.facts import FaultEvent
from harness.model.fault import FaultSpec, Step
from harness.model.members import NOBODY
from harness.model.ports.groups import Members
from harness.model.ports.stack import Stack
from harness.model.roles import Role
from harness.model.value import Value

log = logging.getLogger(__name__)
ROLE_LIMIT_S = 10.0
HEAL_LIMIT_S = 30.0
"""How long `heal_all` tries again what cannot be healed at once."""
HEAL_EVERY_S = 1.0


@dataclass(slots=True)
class _Active:
    step: str
    kind: str
    injection: Injection[Value]
    entry: int
    problem: str = ""
    """Why it could not be healed when that was last tried."""


class Conductor:
    """Executes steps on a stack, writing each fault into the ledger before it acts.

    Args:
        since_start_ns: the run's clock, which the events are stamped with.
        names: see `harness.workloads.traffic.Traffic.names`.
        members: the consumers of the run.
        on_event: told every event as it happens.
    """

    def __init__(
        self,
        stack: Stack,
        ledger: Ledger,
        clock: Clock,
        *,
        since_start_ns: Callable[[], int],
        names: Mapping[str, Mapping[str, str]],
        members: Members = NOBODY,
        on_event: Callable[[FaultEvent], None] = lambda _event: None,
    ) -> None:
        self._stack = stack
        self._ledger = ledger
        self._clock = clock
        self._since_start_ns = since_start_ns
        self.names = names
        self._members = members
        self._on_event = on_event
        self._active: dict[str, _Active] = {}
        self.targets: dict[str, tuple[str, ...]] = {}
        self.events: list[FaultEvent] = []

    def execute(self, step: Step) -> None:
        """Do what the step says; a fault that fails or does not bite is an event, not an error."""
        if step.heals is not None:
            self._heal(step.heals)
        if step.fault is None:
            return
        try:
            self._inject(step, step.fault)
        except Exception as error:  # noqa: BLE001 - shield: what fails here is an event of the run
            self._tell(step.name, step.fault.kind, (), "failed", f"{type(error).__name__}: {error}")

    def heal_all(self) -> None:
        """Heal whatever is still broken, newest first; one that fails does not keep the others.

        A heal that fails is tried again for HEAL_LIMIT_S. What cannot be healed even then has
        failed, and stays open in the ledger for whoever lends the stack next.
        """

        def probe() -> NotYet | bool:
            failures = filter(None, map(self._healed, reversed(list(self._active))))
            seen = "; ".join(failures)
            return NotYet(seen) if seen else True

        try:
            wait_until(
                "every fault to be healed",
                probe,
                limit_s=HEAL_LIMIT_S,
                interval_s=HEAL_EVERY_S,
                clock=self._clock,
            )
        except WaitTimeout:
            for active in reversed(list(self._active.values())):
                self._tell_unhealed(active)

    def _inject(self, step: Step, spec: FaultSpec) -> None:
        fault = FAULTS[spec.kind]
        targets = self._resolved(spec.target)
        self.targets[step.name] = targets
        self._tell(step.name, spec.kind, targets, "asked", str(spec.target))
        settings = {
            name: self.names.get(name, {}).get(str(value), value)
            for name, value in spec.settings.items()
        }
        injection: Injection[Value] = Injection(
            stack=self._stack,
            targets=targets,
            settings=convert(settings, fault.settings, what=f"fault {spec.kind}"),
            clock=self._clock,
            members=self._members,
        )
        entry = self._ledger.open(spec.kind, targets, settings)
        self._active[step.name] = _Active(step.name, spec.kind, injection, entry)
        fault.inject(injection)
        self._tell(step.name, spec.kind, targets, "injected")
        try:
            seen = wait_until(
                f"a measurement that {spec.kind} took effect",
                lambda: fault.witness(injection),
                limit_s=fault.patience_s,
                clock=self._clock,
            )
            self._tell(step.name, spec.kind, targets, "witnessed", seen)
        except WaitTimeout as error:
            self._tell(step.name, spec.kind, targets, "unwitnessed", error.seen)
        if fault.momentary:
            self._heal(step.name)

    def _heal(self, name: str) -> None:
        """Heal in mid-run; what fails now is tried again in the end."""
        if self._healed(name) is not None:
            self._tell_unhealed(self._active[name])

    def _healed(self, name: str) -> str | None:
        """Try to heal the fault of a step; None when nothing of it is left, else why it failed."""
        active = self._active.get(name)
        if active is None:
            return None
        try:
            FAULTS[active.kind].heal(active.injection)
            self._ledger.close(active.entry)
        except Exception as error:  # noqa: BLE001 - shield: one heal must not keep the others
            active.problem = f"{type(error).__name__}: {error}"
            log.warning("%s %s: heal failed: %s", name, active.kind, active.problem)
            return active.problem
        del self._active[name]
        self._tell(name, active.kind, active.injection.targets, "healed")
        return None

    def _tell_unhealed(self, active: _Active) -> None:
        note = f"heal: {active.problem}"
        self._tell(active.step, active.kind, active.injection.targets, "failed", note)

    def members_of(self, consumers: str) -> tuple[str, ...]:
        """Names of all consumers of that kind."""
        return self._members.members_of(consumers)

    def on_stack(self, role: Role) -> tuple[str, ...]:
        """The services that have `role` now; raises FaultError when none has."""
        return self._stack.resolve(role)

    def _resolved(self, role: Role) -> tuple[str, ...]:
        """What has `role`: between two leaders, or two workers of a task, nothing for a moment."""
        return wait_until(
            f"a service to be {role}",
            lambda: role.resolve(self),
            limit_s=ROLE_LIMIT_S,
            retry_on=(FaultError,),
            clock=self._clock,
        )

    def _tell(
        self, step: str, kind: str, targets: tuple[str, ...], event: str, note: str = ""
    ) -> None:
        told = FaultEvent(
            step=step,
            kind=kind,
            targets=targets,
            event=event,  # type: ignore[arg-type]
            time_ns=self._since_start_ns(),
            note=note,
        )
        self.events.append(told)
        self._on_event(told)
        log.info("%s %s on %s: %s %s", step, kind, ", ".join(targets) or "nobody", event, note)
