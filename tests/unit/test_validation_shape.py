"""The shape of a scenario: every field holds what it declares, or is named with what was expected.

Every field of the model is tried with what it cannot be, so that a new one is tried as well.
"""

import math
from collections.abc import Iterator
from itertools import repeat

import msgspec
import pytest
from msgspec import inspect

from harness.api import (
    Consumers,
    Copy,
    Feed,
    LogWorkload,
    Path,
    PipelineWorkload,
    Producers,
    Program,
    Scenario,
    SourceTable,
    Topic,
    Writers,
    after,
    leader,
)
from harness.engine.validation.scalars import INTEGER_MAX
from harness.engine.validation.scenario import validated
from harness.engine.validation.shape import misfits
from harness.kit.errors import UsageError

STRANGE: dict[str, object] = {
    "an object": object(),
    "an endless iterator": repeat(1),
    "a set": {1},
    "half a character": "\ud800",
    "no number": math.nan,
    "endless": math.inf,
    "beyond 64 bits": 1 << 64,
    "beyond all digits": 10**5000,
    "bytes": b"x",
    "a class": int,
}


def first(value: object, kind: type = Scenario) -> str:
    return next(misfits(value, kind), "")


def scenario(workload: object = None, **more: object) -> Scenario:
    made = Scenario(
        name="made",
        about="a test",
        workload=LogWorkload(
            topics=(Topic(name="orders"),), producers=(Producers(topic="orders"),)
        ),
        steps=(after(acks=9).kill(leader("orders")),),
    )
    parts = {**more, **({"workload": workload} if workload is not None else {})}
    return msgspec.structs.replace(made, **parts)


def every_struct(kind: inspect.Type) -> Iterator[inspect.StructType]:
    """All structs that a type is made of."""
    match kind:
        case inspect.StructType():
            yield kind
            for field in kind.fields:
                yield from every_struct(field.type)
        case inspect.VarTupleType():
            yield from every_struct(kind.item_type)
        case inspect.UnionType():
            for member in kind.types:
                yield from every_struct(member)
        case _:
            return


STRUCTS = {each.cls.__name__: each for each in every_struct(inspect.type_info(Scenario))}
EXAMPLES: dict[str, object] = {"name": "a", "topic": "a", "kind": "debezium", "step": "a"}
FIELDS = [(name, field.name) for name, each in STRUCTS.items() for field in each.fields]


def made(struct: inspect.StructType) -> msgspec.Struct:
    """A value of it, its fields unchecked."""
    given = {field.name: EXAMPLES.get(field.name) for field in struct.fields if field.required}
    return struct.cls(**given)


@pytest.mark.parametrize(("struct", "field"), FIELDS)
def test_no_field_takes_what_it_cannot_be(struct: str, field: str) -> None:
    for name, strange in STRANGE.items():
        try:
            value = msgspec.structs.replace(made(STRUCTS[struct]), **{field: strange})
        except (UsageError, TypeError):
            continue  # refused when it is made
        problems = [each for each in misfits(value, STRUCTS[struct].cls) if each.startswith(field)]
        assert len(problems) == 1, name
        assert problems[0].startswith(f"{field}: expected ")
        assert len(problems[0]) < 400


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (scenario(name=7), "name: expected 1 to 100 printable characters, got 7"),
        (scenario(steps=after(acks=1).kill(leader("orders"))), "(a tuple of one ends with a comma"),
        (scenario(baseline_acks=True), "baseline_acks: expected a whole number from 0"),
        (scenario(baseline_acks=1.5), "baseline_acks: expected a whole number from 0"),
        (
            scenario(
                LogWorkload(topics=(), producers=(Producers(topic="a", rate_per_s=math.nan),))
            ),
            "workload.producers[0].rate_per_s: expected a finite number from 0 up to 1,000,000",
        ),
        (
            scenario(LogWorkload(topics=(), producers=(Producers(topic="a", count=0),))),
            "workload.producers[0].count: expected a whole number from 1 up to 1,000, got 0",
        ),
        (
            scenario(LogWorkload(topics=(Topic(name="a", partitions=10_000),), producers=())),
            "workload.topics[0].partitions: expected a whole number from 1 up to 1,000, got 10000",
        ),
        (
            scenario(LogWorkload(topics=(Topic(name="a/b"),), producers=())),
            "workload.topics[0].name: expected a name of letters, digits, '.', '_' and '-', got 'a",
        ),
        (
            scenario(
                LogWorkload(
                    topics=(),
                    producers=(),
                    consumers=(Consumers(topic="a", mode="groop"),),  # type: ignore[arg-type]
                )
            ),
            "workload.consumers[0].mode: expected one of assigned, console, group, got 'groop'",
        ),
        (
            scenario(LogWorkload(topics=(Topic(name="a", settings={"x": None}),), producers=())),  # type: ignore[dict-item]
            "workload.topics[0].settings['x']: expected text or a whole number or a finite",
        ),
        (
            scenario(PipelineWorkload(tables=(SourceTable(name="t", rows=10**9),), writers=())),
            "workload.tables[0].rows: expected a whole number from 0 up to 1,000,000, got 10000",
        ),
        (
            scenario(
                PipelineWorkload(
                    tables=(), writers=(Writers(tables=("t",), mix={"insert": -1}),), paths=()
                )
            ),
            "workload.writers[0].mix['insert']: expected a whole number from 0",
        ),
        (
            scenario(
                PipelineWorkload(
                    tables=(),
                    writers=(),
                    paths=(
                        Path(
                            name="main",
                            feed=Feed(kind="binlog"),
                            copies=(Copy(kind="table", name="t", program="x.py:f"),),  # type: ignore[arg-type]
                        ),
                    ),
                )
            ),
            "workload.paths[0].copies[0].program: expected a Program or None, got 'x.py:f'",
        ),
        (
            scenario(steps=(after(seconds=math.inf).kill(leader("orders")),)),
            (
                "steps[0].after.conditions[seconds].seconds: expected a finite number from 0 up to "
                "86,400, got inf"
            ),
        ),
        (
            scenario(steps=(after(acks=-5).kill(leader("orders")),)),
            (
                "steps[0].after.conditions[acks].count: expected a whole number from 0 up to "
                "1,000,000,000,000, got -5"
            ),
        ),
    ],
)
def test_the_place_and_what_was_expected_are_named(value: Scenario, sentence: str) -> None:
    assert sentence in first(value)


def test_a_scenario_that_is_none_is_refused() -> None:
    assert first("k-ack1") == "it: expected a Scenario, got 'k-ack1'"
    with pytest.raises(UsageError, match=r"scenario \?: it: expected a Scenario, got a dict"):
        validated({})  # type: ignore[arg-type]


def test_a_list_is_as_good_as_a_tuple_and_a_whole_number_as_good_as_another() -> None:
    workload = LogWorkload(
        topics=[Topic(name="orders")],  # type: ignore[arg-type]
        producers=[Producers(topic="orders", rate_per_s=100)],  # type: ignore[arg-type]
    )
    assert validated(scenario(workload)).log_workload.topics == (Topic(name="orders"),)


def test_the_largest_numbers_still_fit_a_file() -> None:
    settings = {"x": INTEGER_MAX, "y": -INTEGER_MAX, "z": 1.7e308, "t": Program}
    value = Topic(name="a", settings=settings)  # type: ignore[arg-type]
    assert [each.partition(":")[0] for each in misfits(value, Topic)] == ["settings['t']"]
