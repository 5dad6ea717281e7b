"""Power: a disk lacks what was not synced."""

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.faults.fault import Fault, Injection, NoSettings, fault
from harness.faults.process import start_all
from harness.kit.waits import NotYet
from harness.model.defaults.brokers import topic_settings
from harness.model.fault import FaultSpec, Step
from harness.model.permission import ROLLBACK, Permission
from harness.model.ports.powers import PowerSupply
from harness.model.roles import Member, Metadata, Role, Service, Task
from harness.model.scenario import Scenario


@fault("disk.cut-power")
class CutPower(Fault[NoSettings]):
    """Cut the power of all targets at once; unsynced data is lost. Healed by a start.

    Needs disks of their own (`Topology.own_disks`). The kernel writes out what is older than half a
    minute, and what is written out stays.
    """

    ends_process: ClassVar[bool] = True
    needs: ClassVar[tuple[type[Any], ...]] = (PowerSupply,)

    def wanted(self, role: Role) -> str | None:
        """Brokers only."""
        return "brokers" if isinstance(role, Member | Service | Task | Metadata) else None

    def problems(self, _spec: FaultSpec, scenario: Scenario) -> Iterator[str]:
        """Brokers have disks of their own."""
        if not scenario.topology.own_disks:
            yield "a power cut needs brokers with separate disks: topology.own_disks=True"

    def permits(self, _spec: FaultSpec, _step: Step, scenario: Scenario) -> Iterator[Permission]:
        """Loss of what was acknowledged from page caches; nothing where each record is synced."""
        for topic in scenario.log_workload.topics:
            settings = topic_settings(scenario.topology, topic.settings)
            if int(settings["flush.messages"]) > 1:
                yield Permission(
                    setting=f"flush.messages={settings['flush.messages']} of {topic.name}",
                    reason="a record is acknowledged while it is only in page caches; it is lost "
                    "if all replicas that have it, or the last in-sync replica, lose power",
                    kinds=ROLLBACK,
                )

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Freeze every target, so that none outlives another, then kill each."""
        for target in injection.targets:
            injection.services.pause(target)
        for target in injection.targets:
            injection.seen[target] = str(injection.power(PowerSupply).cut_power(target))

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target has exited and its disk is not what it would have been."""
        lost = {target: injection.seen.get(target, "0") for target in injection.targets}
        text = ", ".join(f"{target} lacks {count} bytes" for target, count in lost.items())
        running = [each for each in injection.targets if injection.services.state(each) != "exited"]
        return NotYet(text) if running or "0" in lost.values() else text

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Start every target on what its disk holds; one that is only frozen goes on."""
        for target in injection.targets:
            injection.services.resume(target)
        start_all(injection)
