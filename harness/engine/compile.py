"""From a scenario and a seed to a plan in which nothing is left to chance."""

from random import Random

import msgspec

from harness.checkers.claims import CLAIMS
from harness.faults.fault import FAULTS
from harness.kit.errors import UsageError
from harness.kit.rng import stream
from harness.model.administration import Administrators
from harness.model.codec import convert
from harness.model.fault import FaultSpec, Step
from harness.model.pipeline import APPLICATION, RACED, Writers, connector_places, topic_names
from harness.model.scenario import Plan, Scenario
from harness.model.workload import Consumers, Processors, Producers, Topic
from harness.workloads.pipeline.mix import check_mixes
from harness.workloads.pipeline.tailing import check_tails


def compile_plan(scenario: Scenario, seed: int) -> Plan:
    """Cast every die of `scenario` with `seed`.

    Raises:
        UsageError: the scenario makes no sense; says which part and what would.
    """
    _validate(scenario)
    workload = scenario.log_workload
    drawing: list[Producers | Writers | Administrators] = [
        *workload.producers,
        *workload.administrators,
        *scenario.pipeline.writers,
    ]
    names = [f"{spec.name}-{n}" for spec in drawing for n in range(spec.count)]
    streams = {name: stream(seed, name).getrandbits(63) for name in names}
    dice = stream(seed, "steps")
    steps = tuple(_cast(step, dice, scenario.topology.brokers) for step in scenario.steps)
    return Plan(seed=seed, scenario=msgspec.structs.replace(scenario, steps=steps), streams=streams)


def _cast(step: Step, dice: Random, brokers: int) -> Step:
    """The step with its counts varied by its spread and its free index drawn."""
    factor = dice.uniform(1 - step.after.spread, 1 + step.after.spread)
    # Both are drawn always, so that a step never shifts the next one's dice.
    index, choice = dice.randrange(max(brokers, 1)), dice.getrandbits(32)
    when = step.after
    after = msgspec.structs.replace(
        when,
        acks=round(when.acks * factor),
        sends=round(when.sends * factor),
        results=round(when.results * factor),
        reads=round(when.reads * factor),
        changes=round(when.changes * factor),
        offsets=round(when.offsets * factor),
        removed=round(when.removed * factor),
        seconds=round(when.seconds * factor, 3),
        spread=0.0,
    )
    fault = step.choices[choice % len(step.choices)] if step.choices else step.fault
    if fault is not None and fault.target.kind == "broker" and fault.target.index is None:
        target = msgspec.structs.replace(fault.target, index=index)
        fault = msgspec.structs.replace(fault, target=target)
    return Step(name=step.name, after=after, fault=fault, heal=step.heal)


def _validate(scenario: Scenario) -> None:
    for claim in scenario.claims:
        CLAIMS[claim]
    topics = {topic.name for topic in scenario.log_workload.topics}
    topics |= set(topic_names(scenario.pipeline))
    workload = scenario.log_workload
    users: list[Producers | Consumers] = [*workload.producers, *workload.consumers]
    for user in users:
        _known(user.topic, topics, f"{user.name} uses topic", scenario)
    for spec in workload.processors:
        _validate_processors(spec, topics, scenario)
    for producers in workload.producers:
        _validate_transactions(producers, topics, scenario)
    everybody: list[Producers | Consumers | Processors | Administrators] = [
        *users,
        *workload.processors,
        *workload.administrators,
    ]
    _unique(
        [each.name for each in everybody],
        "producers, consumers, processors or administrators",
        scenario,
    )
    _unique([step.name for step in scenario.steps], "steps", scenario)
    wanting: list[Topic | Administrators] = [*workload.topics, *workload.administrators]
    for each in wanting:
        if each.replicas > scenario.topology.brokers:
            what = "topic" if isinstance(each, Topic) else "a topic of"
            raise UsageError(
                f"scenario {scenario.name}: {what} {each.name} wants {each.replicas} replicas of "
                f"{scenario.topology.brokers} brokers; lower replicas or raise topology.brokers"
            )
    _validate_caches(scenario)
    check_mixes(scenario.pipeline)
    check_tails(scenario.pipeline)
    before: set[str] = set()
    for step in scenario.steps:
        _validate_step(step, topics, before, scenario)
        before.add(step.name)


def _validate_processors(spec: Processors, topics: set[str], scenario: Scenario) -> None:
    for name in (spec.source, spec.sink):
        _known(name, topics, f"{spec.name} uses topic", scenario)
    if spec.threads > 1 and (spec.progress != "after" or spec.is_transactional):
        raise UsageError(
            f"scenario {scenario.name}: {spec.name} has {spec.threads} threads, which commit what "
            "all of them are done with: progress must be after, without transactions"
        )


def _validate_transactions(producers: Producers, topics: set[str], scenario: Scenario) -> None:
    rules = producers.transactions
    if rules is None:
        return
    who = f"scenario {scenario.name}: {producers.name}"
    for topic in rules.topics:
        _known(topic, topics, f"{producers.name} uses topic", scenario)
    if rules.records < 2 or not 0 <= rules.aborted <= 1:
        raise UsageError(
            f"{who} has transactions of {rules.records} records, {rules.aborted:g} of them "
            "aborted; a transaction has 2 or more, and the share is from 0 to 1"
        )
    for name in ("transactional.id", "enable.idempotence"):
        if name in producers.settings:
            raise UsageError(f"{who} sets {name}, which its transactions bring with them")


def _validate_caches(scenario: Scenario) -> None:
    workload = scenario.pipeline
    tables = {table.name for table in workload.tables}
    kinds = {cache.name: cache.kind for cache in workload.caches}
    copies = {copy.name for path in workload.paths for copy in path.copies}
    for readers in workload.readers:
        _known(readers.copy, copies | set(kinds), "readers of", scenario)
    for race in workload.races:
        _known(race.cache, set(kinds), f"race {race.name} is for cache", scenario)
        _known(race.table, tables, f"race {race.name} is for table", scenario)
        if kinds[race.cache] != RACED[race.kind]:
            raise UsageError(
                f"scenario {scenario.name}: race {race.name} is a {race.kind}, which there is for "
                f"{RACED[race.kind]} caches only"
            )
    if any(path.name == APPLICATION for path in workload.paths):
        raise UsageError(f"scenario {scenario.name}: no path may be named {APPLICATION!r}")
    names = [each.name for each in workload.writers] + [each.name for each in workload.races]
    _unique(names, "writers and races", scenario)
    _unique([*copies, *kinds], "caches", scenario)


def _validate_step(step: Step, topics: set[str], before: set[str], scenario: Scenario) -> None:
    if not 0 <= step.after.spread <= 1:
        raise UsageError(
            f"scenario {scenario.name}: step {step.name} has a spread of {step.after.spread:g}; "
            "it is a fraction, from 0 to 1"
        )
    for topic in (step.after.elected, step.after.alone):
        if topic is not None:
            _known(topic, topics, f"step {step.name} waits for a leader of", scenario)
    if step.after.rebalanced is not None:
        groups = {each.name for each in scenario.log_workload.processors}
        groups |= {each.name for each in scenario.log_workload.consumers if each.mode == "group"}
        _known(step.after.rebalanced, groups, f"step {step.name} waits for group", scenario)
    if step.heal is not None:
        _known(step.heal.step, before, f"step {step.name} heals step", scenario)
    for fault in step.choices or (step.fault,):
        if fault is not None:
            _validate_fault(fault, step, topics, before, scenario)


def _validate_fault(
    fault: FaultSpec, step: Step, topics: set[str], before: set[str], scenario: Scenario
) -> None:
    convert(fault.settings, FAULTS[fault.kind].settings, what=f"step {step.name}")
    if "topic" in fault.settings:
        _known(str(fault.settings["topic"]), topics, f"step {step.name} names topic", scenario)
    if "table" in fault.settings:
        tables = {table.name for table in scenario.pipeline.tables}
        _known(str(fault.settings["table"]), tables, f"step {step.name} names table", scenario)
    target = fault.target
    if target.kind in {"leader", "followers"}:
        _known(target.topic or "", topics, f"step {step.name} targets topic", scenario)
    if target.kind == "transaction-coordinator":
        writers = {
            f"{each.name}-{number}"
            for each in scenario.log_workload.producers
            if each.transactions is not None
            for number in range(each.count)
        }
        _known(target.name or "", writers, f"step {step.name} targets transactions of", scenario)
    if target.kind in {"coordinator", "member"}:
        kinds = {spec.name for spec in scenario.log_workload.consumers}
        _known(target.name or "", kinds, f"step {step.name} targets consumers", scenario)
    if target.kind == "task":
        filled = set(connector_places(scenario.pipeline))
        _known(target.name or "", filled, f"step {step.name} targets the connector of", scenario)
    if target.kind == "same":
        _known(target.name or "", before, f"step {step.name} targets the same as step", scenario)


def _known(name: str, known: set[str], what: str, scenario: Scenario) -> None:
    if name not in known:
        listed = ", ".join(sorted(known)) or "none"
        raise UsageError(f"scenario {scenario.name}: {what} {name!r}, which is not there: {listed}")


def _unique(names: list[str], what: str, scenario: Scenario) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"scenario {scenario.name}: two {what} are named {', '.join(twice)}")
