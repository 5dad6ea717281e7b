"""Compile: the seed decides everything, and nonsense is refused with the part that makes none."""

from collections.abc import Callable

import msgspec
import pytest

from harness.api import (
    Cache,
    Consumers,
    Floor,
    LogWorkload,
    PipelineWorkload,
    Processors,
    Producers,
    Race,
    Readers,
    Role,
    Scenario,
    SourceTable,
    Step,
    Topic,
    Topology,
    Writers,
    after,
    broker,
    leader,
    same_as,
    service,
)
from harness.engine.compile import compile_plan
from harness.kit.errors import UsageError
from harness.model.codec import decode, encode
from harness.model.fault import After, FaultSpec
from harness.model.roles import Broker
from harness.model.scenario import Plan

WORKLOAD = LogWorkload(
    topics=(Topic(name="orders"),),
    producers=(Producers(topic="orders", count=2),),
    consumers=(Consumers(topic="orders"),),
)


def scenario(*steps: Step, **changes: object) -> Scenario:
    made = Scenario(name="made", about="a test", workload=WORKLOAD, steps=steps)
    return msgspec.structs.replace(made, **changes)


VARIED = scenario(
    after(acks=100, sends=200, seconds=10, spread=0.5).kill(broker()),
    after(acks=100).heal("kill"),
    after(acks=100, spread=0.5).pause(broker(), name="pause"),
)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_plan() -> None:
    assert encode(compile_plan(VARIED, 7)) == encode(compile_plan(VARIED, 7))
    assert encode(compile_plan(VARIED, 7)) != encode(compile_plan(VARIED, 8))


def test_a_plan_on_disk_is_the_plan() -> None:
    plan = compile_plan(VARIED, 7)
    assert decode(encode(plan), Plan, source="plan.json") == plan


def test_a_stack_without_brokers_draws_the_same_dice() -> None:
    step = after(acks=100, spread=0.5).flush(service("redis"))
    small = Topology(brokers=0, mysql=True, redis=True)
    drawn = [
        compile_plan(scenario(step, topology=topology, workload=caching().workload), 7)
        for topology in (small, Topology(mysql=True, redis=True))
    ]
    assert drawn[0].scenario.steps == drawn[1].scenario.steps


def test_the_spread_bounds_what_the_seed_draws() -> None:
    afters = [compile_plan(VARIED, seed).scenario.steps[0].after for seed in range(200)]
    drawn = [numbers(each) for each in afters]
    for counts, middle in (
        ([each["acks"] for each in drawn], 100),
        ([each["sends"] for each in drawn], 200),
        ([each["seconds"] for each in drawn], 10),
    ):
        assert 0.5 * middle <= min(counts) < 0.6 * middle
        assert 1.4 * middle < max(counts) <= 1.5 * middle
    assert all(each.spread == 0 for each in afters)


def test_without_a_spread_nothing_is_drawn() -> None:
    drawn = [compile_plan(VARIED, seed).scenario.steps[1].after for seed in range(20)]
    assert [numbers(each)["acks"] for each in drawn] == [100] * 20


def test_a_free_broker_is_drawn_among_all_and_a_named_one_is_kept() -> None:
    def drawn(role: Role) -> set[int | None]:
        plans = (compile_plan(scenario(after().kill(role)), seed) for seed in range(50))
        return {index_of(plan.scenario.steps[0]) for plan in plans}

    assert drawn(broker()) == {0, 1, 2}
    assert drawn(broker(2)) == {2}


def test_what_a_step_is_or_what_follows_never_shifts_the_dice_of_another() -> None:
    first, heal, last = compile_plan(VARIED, 7).scenario.steps
    longer = scenario(*VARIED.steps, after(acks=10, spread=0.9).stop(broker()))
    assert compile_plan(longer, 7).scenario.steps[:3] == (first, heal, last)
    other = scenario(after(acks=7).stop(leader("orders"), name="kill"), *VARIED.steps[1:])
    assert compile_plan(other, 7).scenario.steps[1:] == (heal, last)


def test_each_worker_has_a_stream_that_other_workers_do_not_shift() -> None:
    two = compile_plan(VARIED, 7).streams
    assert sorted(two) == ["producer-0", "producer-1"]
    assert len(set(two.values())) == 2
    more = (*WORKLOAD.producers, Producers(name="other", topic="orders"))
    three = compile_plan(
        scenario(workload=msgspec.structs.replace(WORKLOAD, producers=more)), 7
    ).streams
    assert three | two == three
    assert compile_plan(VARIED, 8).streams["producer-0"] != two["producer-0"]


def numbers(after: After) -> dict[str, float]:
    """The number of each condition that has one, by its kind."""
    found: dict[str, float] = {}
    for each in after.conditions:
        value = msgspec.to_builtins(each)
        found[value["kind"]] = value.get("count", value.get("seconds"))
    return found


def index_of(step: Step) -> int | None:
    assert step.fault is not None
    assert isinstance(step.fault.target, Broker)
    return step.fault.target.index


def fault(kind: str, **settings: int | str) -> Step:
    spec = FaultSpec(kind=kind, target=broker(), settings=dict(settings))
    return Step(name="step", after=After(), deed=spec)


def uses(**parts: object) -> Scenario:
    return scenario(workload=msgspec.structs.replace(WORKLOAD, **parts))


def caching(**parts: object) -> Scenario:
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",)),),
        caches=(Cache(kind="cache-aside", name="kept"),),
    )
    topology = Topology(mysql=True, redis=True)
    return scenario(topology=topology, workload=msgspec.structs.replace(workload, **parts))


NONSENSE: dict[str, tuple[Callable[[], Scenario], str]] = {
    "unknown claim": (lambda: scenario(claims=("speed",)), "unknown claim 'speed' in claims; "),
    "a claim about nothing": (
        lambda: scenario(claims=("exactly-once",)),
        "claims: 'exactly-once' does not apply to this workload",
    ),
    "no floor": (
        lambda: scenario(floor=Floor(acks=0)),
        "floor.acks: expected at least 1, got 0",
    ),
    "no traffic": (
        lambda: uses(producers=()),
        "workload.producers: expected at least one; without traffic a run proves nothing",
    ),
    "a delay of nothing": (
        lambda: scenario(after().delay(broker(), latency_ms=0)),
        "step 'delay': Expected `int` >= 1",
    ),
    "a broker out of range": (
        lambda: scenario(after().kill(broker(3))),
        "step 'kill' targets broker(3), and the topology has 3 brokers, numbered from 0",
    ),
    "a service that is not there": (
        lambda: scenario(after().kill(service("mysql"))),
        "unknown service 'mysql' in the target of step 'kill'; known services: broker-1",
    ),
    "a caller that is not there": (
        lambda: scenario(after().cut_link(broker(0), caller="connect")),
        "unknown caller 'connect' in step 'cut-link'; known callers: ",
    ),
    "a heal of a heal": (
        lambda: scenario(
            after().kill(broker()), after().heal("kill"), after().heal("heal-kill", name="more")
        ),
        "step 'more' heals step 'heal-kill', which has no fault",
    ),
    "a heal of what is over": (
        lambda: scenario(after().restart(broker()), after().heal("restart")),
        "whose fault (process.restart) needs no heal; leave the heal out",
    ),
    "a processor that feeds itself": (
        lambda: uses(processors=(Processors(source="orders", sink="orders"),)),
        "processor 'processor' processes its own results",
    ),
    "producer's topic": (
        lambda: uses(producers=(Producers(topic="nope"),)),
        "unknown topic 'nope' in producer 'producer'; known topics: orders",
    ),
    "consumer's topic": (
        lambda: uses(consumers=(Consumers(name="billing", topic="nope"),)),
        "unknown topic 'nope' in consumer 'billing'; known topics: orders",
    ),
    "threads that commit before": (
        lambda: uses(
            processors=(Processors(source="orders", sink="orders", threads=2, progress="before"),)
        ),
        "processor 'processor' has 2 threads, which commit only offsets that all threads ",
    ),
    "two workers of a name": (
        lambda: uses(consumers=(Consumers(name="producer", topic="orders"),)),
        "two producers, consumers, processors or administrators are named 'producer'",
    ),
    "two steps of a name": (
        lambda: scenario(after().kill(broker()), after().kill(broker())),
        "two steps are named 'kill'",
    ),
    "too few brokers": (
        lambda: scenario(topology=Topology(brokers=2)),
        "topic 'orders' needs 3 replicas, but the topology has 2 brokers; lower ",
    ),
    "healing what was never broken": (
        lambda: scenario(after().heal("kill")),
        "unknown step 'kill' in step 'heal-kill', which heals it; known steps: none",
    ),
    "healing before breaking": (
        lambda: scenario(after().heal("kill"), after().kill(broker())),
        "unknown step 'kill' in step 'heal-kill', which heals it; known steps: none",
    ),
    "spread above one": (
        lambda: scenario(after(acks=9, spread=50).kill(broker())),
        "steps[0].after.spread: expected a finite number from 0 up to 1, got 50",
    ),
    "unknown fault": (
        lambda: scenario(fault("process.tickle")),
        "unknown fault 'process.tickle' in step 'step'; known faults: connect.pause, ",
    ),
    "unknown setting": (
        lambda: scenario(fault("network.delay", latency=5)),
        "step 'step': Object contains unknown field `latency`",
    ),
    "leader of no topic": (
        lambda: scenario(after().kill(leader("nope"))),
        "unknown topic 'nope' in the target of step 'kill'; known topics: orders",
    ),
    "poison for no topic": (
        lambda: scenario(fault("topic.poison", topic="nope")),
        "unknown topic 'nope' in step 'step'; known topics: orders",
    ),
    "change of no table": (
        lambda: scenario(after().alter("nope", "DROP COLUMN note")),
        "unknown table 'nope' in step 'alter'; known tables: none",
    ),
    "readers of nothing": (
        lambda: caching(readers=(Readers(copy="nope"),)),
        "unknown copy 'nope' in readers; known copies: kept",
    ),
    "race for another cache": (
        lambda: caching(races=(Race(cache="nope", table="orders", kind="stale-fill"),)),
        "unknown cache 'nope' in race 'race'; known caches: kept",
    ),
    "race for another table": (
        lambda: caching(races=(Race(cache="kept", table="items", kind="stale-fill"),)),
        "unknown table 'items' in race 'race'; known tables: orders",
    ),
    "race that such a cache cannot lose": (
        lambda: caching(races=(Race(cache="kept", table="orders", kind="late-write"),)),
        "race 'race' is a late-write, which needs a write-through cache",
    ),
    "same as no step": (
        lambda: scenario(after().kill(same_as("pause"))),
        "unknown step 'pause' in the target of step 'kill'; known steps: none",
    ),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_refused_by_name(case: str) -> None:
    make, sentence = NONSENSE[case]
    with pytest.raises(UsageError) as refused:
        compile_plan(make(), 7)
    assert sentence in str(refused.value)
