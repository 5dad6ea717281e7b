"""What faults have in common that concern the replication slot of a connector."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar

from harness.faults.fault import Fault, Injection
from harness.kit.waits import NotYet
from harness.model.fault import FaultSpec, Step
from harness.model.permission import Permission
from harness.model.pipeline.hops import path_hops, topic_place
from harness.model.pipeline.paths import Path
from harness.model.ports.powers import SlotOperations
from harness.model.scenario import Scenario
from harness.model.value import Value


class SlotSettings(Value, frozen=True, kw_only=True):
    """The connector whose slot it is: a Debezium feed, as `path/topics`."""

    connector: str


S = TypeVar("S", bound=SlotSettings)


class OfSlot(Fault[S]):
    """A fault of a slot, where the server itself keeps how far a reader of its log has got."""

    settings: ClassVar[type[Value]] = SlotSettings
    needs: ClassVar[tuple[type[Any], ...]] = (SlotOperations,)
    momentary: ClassVar[bool] = True
    speaks_to: ClassVar[str] = "postgres"
    kinds: ClassVar[tuple[str, ...]] = ()
    """Kinds of anomaly that it permits in all hops of the path, whatever the settings."""
    reason: ClassVar[str] = ""

    @abstractmethod
    def act(self, slots: SlotOperations, server: str, settings: S) -> str:
        """Do it; what was measured of that right before and after, in words, empty for nothing."""

    def inject(self, injection: Injection[S]) -> None:
        """Do it on every target."""
        slots = injection.power(SlotOperations)
        for target in injection.targets:
            if effect := self.act(slots, target, injection.settings):
                injection.seen[target] = effect

    def witness(self, injection: Injection[S]) -> str | NotYet:
        """What it did to the slot in every target."""
        if injection.seen.keys() < {*injection.targets}:
            return NotYet("there was no slot, or it is as it was")
        return ", ".join(injection.seen.values())

    def problems(self, spec: FaultSpec, scenario: Scenario) -> Iterator[str]:
        """The connector has a slot by the name that the harness gives it."""
        path = _path(spec, scenario)
        if path is None or path.feed.kind != "debezium":
            yield f"{spec.settings.get('connector')!r} is not the feed of a Debezium connector"
        elif "slot.name" in {*path.feed.settings, *(path.feed.connector or {})}:
            yield f"the feed of path {path.name!r} sets slot.name; leave it out"

    def permits(self, spec: FaultSpec, step: Step, scenario: Scenario) -> Iterator[Permission]:
        """Loss of what the slot kept."""
        path = _path(spec, scenario)
        if path is not None and self.kinds:
            hops = tuple(hop.name for hop in path_hops(path, scenario.pipeline.source))
            setting = f"step {step.name}"
            yield Permission(setting=setting, reason=self.reason, kinds=self.kinds, hops=hops)


def _path(spec: FaultSpec, scenario: Scenario) -> Path | None:
    wanted = str(spec.settings.get("connector"))
    return next((path for path in scenario.pipeline.paths if topic_place(path) == wanted), None)
