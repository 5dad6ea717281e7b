"""Slots that are dropped or moved under a connector: measured, permitted, and refused elsewhere."""

from types import SimpleNamespace
from typing import cast

import pytest

from harness.engine.validation.faults import problems
from harness.faults.fault import FAULTS, Injection
from harness.faults.of_slot import SlotSettings
from harness.faults.slot import OutrunSettings
from harness.kit.clock import REAL
from harness.kit.waits import NotYet
from harness.model.fault import After, FaultSpec, Step
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.traffic import SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.stack import Stack
from harness.model.roles import Service
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import Scalar

END = 500


class Server:
    """A server that keeps places of readers, in a log that ends at byte END."""

    def __init__(self, **places: int) -> None:
        self.held = places

    def place_of(self, _server: str, reader: str) -> int | None:
        return self.held.get(reader)

    def drop(self, _server: str, reader: str) -> None:
        self.held.pop(reader, None)

    def advance(self, _server: str, reader: str) -> None:
        if reader in self.held:
            self.held[reader] = END

    def outgrow(self, _server: str, reader: str, megabytes: int) -> str:
        return f"{megabytes} MB, {self.held[reader]}"


def stack_of(server: Server) -> Stack:
    return cast("Stack", SimpleNamespace(power=lambda _kind: server))


def injection(server: Server) -> Injection[SlotSettings]:
    stack = stack_of(server)
    settings = SlotSettings(connector="shop")
    return Injection(stack=stack, targets=("postgres",), settings=settings, clock=REAL)


@pytest.mark.parametrize(
    ("kind", "place", "seen"),
    [
        ("slot.drop", 100, "the slot at byte 100 of the log is gone"),
        ("slot.advance", 100, "the slot was moved over 400 bytes of the log"),
        ("slot.drop", None, None),
        ("slot.advance", None, None),
        ("slot.advance", END, None),
    ],
)
def test_what_became_of_the_slot_is_measured(
    kind: str, place: int | None, seen: str | None
) -> None:
    change = injection(Server() if place is None else Server(shop=place))
    FAULTS[kind].inject(change)
    witness = FAULTS[kind].witness(change)
    assert isinstance(witness, NotYet) if seen is None else witness == seen


def test_what_the_server_says_of_an_outrun_slot_is_the_witness() -> None:
    change = Injection(
        stack=stack_of(Server(shop=7)),
        targets=("postgres",),
        settings=OutrunSettings(connector="shop", megabytes=3),
        clock=REAL,
    )
    FAULTS["slot.outrun"].inject(change)
    assert FAULTS["slot.outrun"].witness(change) == "the log grew by 3 MB, 7"


def dropping(connector: str, **settings: Scalar) -> Scenario:
    fault = FaultSpec(
        kind="slot.drop", target=Service(name="postgres"), settings={"connector": connector}
    )
    return Scenario(
        name="s",
        about="a",
        topology=Topology(connect_workers=1, registry=True, postgres=True),
        workload=PipelineWorkload(
            source="postgres",
            tables=(SourceTable(name="orders"),),
            writers=(Writers(tables=("orders",)),),
            paths=(
                Path(
                    name="main",
                    feed=Feed(kind="debezium", settings=settings),
                    copies=(Copy(kind="jdbc", name="warehouse"),),
                ),
            ),
        ),
        steps=(Step(name="drop", after=After(), deed=fault),),
    )


def test_only_the_slot_of_a_feed_that_the_harness_names_can_be_lost() -> None:
    assert list(problems(dropping("main/topics"))) == []
    (sink,) = problems(dropping("main/warehouse"))
    assert sink == "step 'drop': 'main/warehouse' is not the feed of a Debezium connector"
    (own,) = problems(dropping("main/topics", **{"slot.name": "mine"}))
    assert own == "step 'drop': the feed of path 'main' sets slot.name; leave it out"


def test_a_dropped_slot_permits_loss_on_its_path() -> None:
    scenario = dropping("main/topics")
    (step,) = scenario.steps
    (spec,) = step.faults
    (found,) = FAULTS["slot.drop"].permits(spec, step, scenario)
    assert found.setting == "step drop"
    assert {"failed-task", "missed-change", "missing-row"} <= {*found.kinds}
    assert found.hops == (
        "postgres → main/topics (debezium)",
        "main/topics → main/warehouse (jdbc)",
    )
