"""Steps: each does something, and what it waits for or heals is there."""

from harness.engine.validation.problems import Problems, unknown, unless_known, used_twice
from harness.faults.fault import FAULTS
from harness.model.fault import Step
from harness.model.pipeline.hops import topic_names
from harness.model.scenario import Scenario


def problems(scenario: Scenario) -> Problems:
    """What is wrong with when steps begin, and with what they heal."""
    workload = scenario.log_workload
    topics = [*(topic.name for topic in workload.topics), *topic_names(scenario.pipeline)]
    groups = [each.name for each in workload.processors]
    groups += [each.name for each in workload.consumers if each.mode == "group"]
    known, made = {"topic": topics, "group": groups}, _made(scenario)
    before: dict[str, Step] = {}
    for step in scenario.steps:
        who = f"step {step.name!r}"
        for each in step.after.conditions:
            if each.noun:
                where = f"the condition of {who}"
                yield from unless_known(each.noun, each.subject, where, known[each.noun])
            if (misfit := each.misfit(made)) is not None:
                yield f"{who} {misfit}"
        if step.heals is not None:
            yield from _heal(step, step.heals, before)
        before[step.name] = step
    yield from used_twice([step.name for step in scenario.steps], "steps")


def _made(scenario: Scenario) -> dict[str, bool]:
    """What parts of the traffic make: a step that counts anything else would begin by its limit."""
    workload, pipeline = scenario.log_workload, scenario.pipeline
    writes = bool(workload.producers or pipeline.writers or pipeline.races)
    return {
        "acks": writes,
        "sends": writes,
        "results": bool(workload.processors),
        "reads": any(each.mode != "console" for each in workload.consumers),
        "changes": bool(workload.administrators),
    }


def _heal(step: Step, heals: str, before: dict[str, Step]) -> Problems:
    healed = before.get(heals)
    broken = {
        name: each
        for name, each in before.items()
        if any(spec.kind in FAULTS and not FAULTS[spec.kind].momentary for spec in each.faults)
    }
    if healed is None:
        yield unknown("step", heals, f"step {step.name!r}, which heals it", broken)
    elif not healed.faults:
        yield f"step {step.name!r} heals step {healed.name!r}, which has no fault"
    elif healed.name not in broken:
        kinds = ", ".join(sorted({spec.kind for spec in healed.faults}))
        yield (
            f"step {step.name!r} heals step {healed.name!r}, whose fault ({kinds}) needs no heal; "
            f"leave the heal out"
        )
    if any(each.heals == heals for each in before.values()):
        yield f"step {step.name!r} heals step {heals!r}, which an earlier step already heals"
