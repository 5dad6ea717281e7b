"""The story of each fault of a plan: requested, injected, confirmed, healed, and its targets."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.facts import FAULT_EVENTS, Facts, FaultEvent
from harness.model.fault import Step
from harness.model.scenario import Plan
from harness.reporting import words
from harness.reporting.entry import Entry, entry_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStory:
    """One fault from its plan to its heal."""

    step: str
    kind: str
    asked: str
    """Target and settings, as the plan requests them."""
    when: str
    targets: tuple[str, ...]
    times_ns: dict[str, int]
    """The first time of each event, by its name in `FaultEvent`; absent if it never happened."""
    notes: tuple[str, ...]
    unmet: tuple[str, ...] = ()
    """Conditions of this step, or of the step that heals it, that were not met in time."""

    @property
    def state(self) -> str:
        """A short summary of the story."""
        seen = self.times_ns
        if not seen:
            return "not reached"
        if "failed" in seen:
            return "failed"
        if "injected" not in seen:
            return "not injected"
        if "witnessed" not in seen:
            return "had no effect" if "unwitnessed" in seen else "not confirmed"
        return "took effect, healed" if "healed" in seen else "took effect, not healed"

    @property
    def is_proved(self) -> bool:
        """Whether a measurement confirmed that it took effect."""
        return "witnessed" in self.times_ns and "failed" not in self.times_ns

    def interval_ns(self, end_ns: int) -> tuple[int, int] | None:
        """From injection to heal, or to `end_ns` if it was not healed."""
        start_ns = self.times_ns.get("injected")
        if start_ns is None:
            return None
        return start_ns, max(start_ns, self.times_ns.get("healed", end_ns))


def stories(plan: Plan, facts: Facts) -> tuple[FaultStory, ...]:
    """One story for each fault of the plan, in order; then faults that are not in the plan."""
    events: dict[str, list[FaultEvent]] = {}
    for event in facts.faults:
        events.setdefault(event.step, []).append(event)
    unmet = _unmet(plan, facts)
    planned = {step.name: step for step in plan.scenario.steps if step.fault is not None}
    names = [*planned, *(name for name in events if name not in planned)]
    entry = entry_of(plan.scenario)
    return tuple(
        _story(name, planned.get(name), events.get(name, []), entry, unmet.get(name, ()))
        for name in names
    )


def _unmet(plan: Plan, facts: Facts) -> dict[str, tuple[str, ...]]:
    """Conditions that were not met in time, by the step whose fault they started or healed."""
    found: dict[str, tuple[str, ...]] = {}
    steps = {step.name: step for step in plan.scenario.steps}
    for event in facts.unmet:
        step = steps.get(event.step)
        healed = step.heals if step else None
        about = event.step if healed is None else healed
        sentence = str(event) if healed is None else f"step {event.step} heals it: {event}"
        found[about] = (*found.get(about, ()), sentence)
    return found


def _story(
    name: str,
    step: Step | None,
    events: Sequence[FaultEvent],
    entry: Entry,
    unmet: Sequence[str],
) -> FaultStory:
    times_ns: dict[str, int] = {}
    for event in events:
        times_ns.setdefault(event.event, event.time_ns)
    fault = step.fault if step else None
    asked = ""
    if fault is not None:
        asked = str(fault.target)
        if fault.settings:
            asked += f" ({words.settings(fault.settings)})"
    return FaultStory(
        step=name,
        kind=fault.kind if fault else events[0].kind,
        asked=asked,
        when=step.after.phrase(entry) if step else "",
        targets=tuple(dict.fromkeys(target for event in events for target in event.targets)),
        times_ns=times_ns,
        notes=(*unmet, *_notes(events)),
        unmet=tuple(unmet),
    )


def _notes(events: Sequence[FaultEvent]) -> tuple[str, ...]:
    """Notes of all events, except of `asked`, which repeats the target."""
    noted = (event for event in events if event.note and event.event != "asked")
    return tuple(dict.fromkeys(f"{FAULT_EVENTS[event.event]}: {event.note}" for event in noted))
