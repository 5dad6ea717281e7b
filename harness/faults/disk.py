"""Disks: a data directory that is gone."""

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.faults.fault import FAULTS, Fault, Injection, NoSettings, fault
from harness.faults.process import start_all
from harness.kit.counts import counted
from harness.kit.waits import NotYet
from harness.model.conditions import FullyReplicated
from harness.model.defaults.brokers import topic_settings
from harness.model.fault import FaultSpec, Step, meant
from harness.model.permission import ROLLBACK, Permission
from harness.model.ports.powers import Disks
from harness.model.scenario import Scenario
from harness.model.workload import Topic


@fault("disk.wipe")
class Wipe(Fault[NoSettings]):
    """Send SIGKILL and delete the data directory. Healed by a start with an empty disk."""

    ends_process: ClassVar[bool] = True
    needs: ClassVar[tuple[type[Any], ...]] = (Disks,)

    def permits(self, _spec: FaultSpec, step: Step, scenario: Scenario) -> Iterator[Permission]:
        """Loss, where as many disks are lost at once as an acknowledgement waits for.

        Where that is one, the settings of the topic say so.
        """
        for topic in scenario.log_workload.topics:
            settings = topic_settings(scenario.topology, topic.settings)
            enough, lost = int(settings["min.insync.replicas"]), _lost(step, topic, scenario)
            if lost >= enough > 1:
                yield Permission(
                    setting=f"step {step.name}",
                    reason=f"{lost} of {counted(topic.replicas, 'disk')} with {topic.name} are "
                    "lost before what they held is replicated again, and an acknowledgement "
                    f"waits for {counted(enough, 'replica')} at least",
                    kinds=ROLLBACK,
                )

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Kill every target and empty its data directory."""
        for target in injection.targets:
            injection.services.kill(target)
            injection.power(Disks).wipe(target)

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target has exited and its data directory holds nothing."""
        left = {target: injection.power(Disks).stored_files(target) for target in injection.targets}
        text = ", ".join(f"{target} stores {count} files" for target, count in left.items())
        return NotYet(text) if any(left.values()) else text

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Start every target on its empty disk."""
        start_all(injection)


def _lost(step: Step, topic: Topic, scenario: Scenario) -> int:
    """How many disks with `topic` are lost by `step` and before, since all was replicated."""
    lost = 0
    before: list[Step] = []
    for each in scenario.steps:
        if any(isinstance(condition, FullyReplicated) for condition in each.after.conditions):
            lost = 0
        wiped = [spec for spec in each.faults if isinstance(FAULTS[spec.kind], Wipe)]
        lost += max(
            (
                role.at_most(scenario.topology, topic.replicas)
                for spec in wiped
                for role in meant(spec.target, before)
            ),
            default=0,
        )
        if each is step:
            break
        before.append(each)
    return min(lost, topic.replicas)
