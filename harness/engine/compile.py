"""From a scenario and a seed to a plan in which nothing is left to chance."""

from pathlib import Path
from random import Random

import msgspec

from harness.engine.validation.scenario import validated
from harness.kit.errors import RunFolderError, UsageError
from harness.kit.rng import stream
from harness.model.administration import Administrators
from harness.model.fault import FaultSpec, OneOf, Step
from harness.model.pipeline.traffic import Writers
from harness.model.scenario import Plan, Scenario
from harness.model.workload import Producers

SEED_MAX = (1 << 63) - 1


def compile_plan(scenario: Scenario, seed: int, *, file: Path | None = None) -> Plan:
    """Resolve all random choices of `scenario` with `seed`.

    Args:
        scenario: as somebody wrote it.
        seed: of the run, from 0.
        file: where the scenario was written, to be named in an error.

    Raises:
        UsageError: the scenario or the seed cannot be run; says which part, and what could.
    """
    if not 0 <= seed <= SEED_MAX:
        raise UsageError(f"seed: expected a whole number from 0 to {SEED_MAX}, got {seed!r}")
    scenario = validated(scenario, file=file)
    streams = {name: stream(seed, name).getrandbits(63) for name in _drawing(scenario)}
    dice = stream(seed, "steps")
    steps = tuple(_cast(step, dice, scenario.topology.brokers) for step in scenario.steps)
    return Plan(seed=seed, scenario=msgspec.structs.replace(scenario, steps=steps), streams=streams)


def checked_plan(plan: Plan, file: Path) -> Plan:
    """`plan`, which was read from a file that somebody may have changed.

    Raises:
        RunFolderError: its scenario cannot be run, or its parts do not belong together.
    """
    try:
        scenario = validated(plan.scenario, file=file)
    except UsageError as error:
        raise RunFolderError(f"{file} is not a plan of this harness: {error}") from error
    left = next((step.name for step in scenario.steps if isinstance(step.deed, OneOf)), None)
    if left is not None:
        raise RunFolderError(
            f"{file}: step {left!r} still contains random choices, which a plan must not"
        )
    if set(plan.streams) != set(_drawing(scenario)):
        raise RunFolderError(f"{file}: its random streams do not match the workers of the scenario")
    return plan


def _drawing(scenario: Scenario) -> list[str]:
    """The workers that draw, each with a stream of its own."""
    workload = scenario.log_workload
    drawing: list[Producers | Writers | Administrators] = [
        *workload.producers,
        *workload.administrators,
        *scenario.pipeline.writers,
    ]
    return [f"{spec.name}-{n}" for spec in drawing for n in range(spec.count)]


def _cast(step: Step, dice: Random, brokers: int) -> Step:
    """The step with its counts varied by its spread and its free index drawn."""
    factor = dice.uniform(1 - step.after.spread, 1 + step.after.spread)
    # Both are drawn always, so that a step never shifts the next one's dice.
    index, choice = dice.randrange(max(brokers, 1)), dice.getrandbits(32)
    deed = step.deed
    if isinstance(deed, OneOf):
        deed = deed.choices[choice % len(deed.choices)]
    if isinstance(deed, FaultSpec):
        deed = msgspec.structs.replace(deed, target=deed.target.drawn(index))
    return Step(name=step.name, after=step.after.varied(factor), deed=deed)
