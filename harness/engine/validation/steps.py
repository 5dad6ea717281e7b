"""Steps: each does something, and what it waits for or heals is there."""

from harness.engine.validation.problems import Problems, unknown, unless_known, used_twice
from harness.faults.fault import FAULTS
from harness.model.fault import FaultSpec, Step
from harness.model.pipeline import topic_names
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with when steps begin, and with what they heal."""
    workload = scenario.log_workload
    topics = [*(topic.name for topic in workload.topics), *topic_names(scenario.pipeline)]
    groups = [each.name for each in workload.processors]
    groups += [each.name for each in workload.consumers if each.mode == "group"]
    before: dict[str, Step] = {}
    for step in scenario.steps:
        who = f"step {step.name!r}"
        for topic in (step.after.elected, step.after.alone):
            if topic is not None:
                yield from unless_known("topic", topic, f"the moment of {who}", topics)
        if step.after.rebalanced is not None:
            yield from unless_known("group", step.after.rebalanced, f"the moment of {who}", groups)
        yield from _waits_for_nothing(step, scenario)
        yield from _deeds(step)
        if step.heal is not None:
            yield from _heal(step, before)
        before[step.name] = step
    yield from used_twice([step.name for step in scenario.steps], "steps")


def faults_of(step: Step) -> tuple[FaultSpec, ...]:
    """The fault of a step, or all that it may be."""
    return step.choices or ((step.fault,) if step.fault is not None else ())


def _deeds(step: Step) -> Problems:
    deeds = [step.fault is not None, step.heal is not None, bool(step.choices)]
    if sum(deeds) > 1:
        yield f"step {step.name!r} has more than one of fault, heal and choices; give one"


def _waits_for_nothing(step: Step, scenario: Scenario) -> Problems:
    """Counts of what no part of the traffic does: the step would begin by its limit."""
    workload, pipeline = scenario.log_workload, scenario.pipeline
    there = {
        "acks": bool(workload.producers or pipeline.writers or pipeline.races),
        "sends": bool(workload.producers or pipeline.writers or pipeline.races),
        "results": bool(workload.processors),
        "reads": any(each.mode != "console" for each in workload.consumers),
        "changes": bool(workload.administrators),
    }
    for count, has in there.items():
        if getattr(step.after, count) and not has:
            yield (
                f"step {step.name!r} waits for {count}, and nothing in the workload makes any; "
                "wait for acks or seconds"
            )


def _heal(step: Step, before: dict[str, Step]) -> Problems:
    assert step.heal is not None  # noqa: S101 - asked for by who calls
    healed = before.get(step.heal.step)
    broken = {
        name: each
        for name, each in before.items()
        if any(spec.kind in FAULTS and not FAULTS[spec.kind].momentary for spec in faults_of(each))
    }
    if healed is None:
        yield unknown("step", step.heal.step, f"step {step.name!r}, which heals it", broken)
    elif not faults_of(healed):
        yield f"step {step.name!r} heals step {healed.name!r}, which breaks nothing"
    elif healed.name not in broken:
        kinds = ", ".join(sorted({spec.kind for spec in faults_of(healed)}))
        yield (
            f"step {step.name!r} heals step {healed.name!r}, whose fault ({kinds}) is over as soon "
            "as it is done; leave the heal out"
        )
    if any(each.heal is not None and each.heal.step == step.heal.step for each in before.values()):
        yield f"step {step.name!r} heals step {step.heal.step!r}, which an earlier step heals"
