"""Broken scenarios and command lines, by the hundred: each is refused in one sentence, or it runs.

All is drawn from one seed. Never a traceback, never another status than the documented ones, and
no scenario that runs is VALID with nothing acknowledged.
"""

import math
from itertools import repeat
from pathlib import Path
from random import Random

import msgspec
import pytest

from harness.api import (
    Consumers,
    LogWorkload,
    Processors,
    Producers,
    Scenario,
    Topic,
    after,
    broker,
    leader,
    member,
)
from harness.checkers.verdict.doubts import acknowledged
from harness.engine.compile import compile_plan
from harness.engine.run import run_scenario
from harness.engine.stacks.opening import open_stacks
from harness.history.load import load
from harness.kit.errors import UsageError
from harness.model.verdict import Validity
from tests.unit.command import harness

SEED = 14
SCENARIOS, RUNS_MAX, COMMANDS = 700, 12, 60
DOCUMENTED = {0, 1, 2, 3, 4, 5, 6, 7}
GOOD = Scenario(
    name="good",
    about="a broker dies and comes back",
    claims=("durability", "reading"),
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=2), Topic(name="results")),
        producers=(Producers(topic="orders", settings={"acks": "all"}, rate_per_s=100),),
        consumers=(Consumers(topic="orders"),),
        processors=(Processors(source="orders", sink="results"),),
    ),
    steps=(
        after(acks=20).kill(leader("orders")),
        after(acks=20).heal("kill"),
        after(reads=5).hang(member("consumer", 0)),
        after(seconds=1).isolate(broker(1)),
    ),
    baseline_acks=20,
)
STRANGE: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 1.5, -0.5, 10**9, 1 << 64, 10**5000),
    *(math.nan, math.inf, -math.inf, "", "a", "orders", "consumer", "kill", "none", "1", "\ud800"),
    *("x" * 10_000, "a b", "\x00", "日本", b"orders", (), ("orders",), [], {}, {"a": None}, {1: 2}),
    *({"acks": "most"}, {"ack": 1}, {"retention.ms": -5}, object(), repeat(1), int, {1}),
)


def spoiled(value: object, dice: Random) -> object:
    """`value` with one thing in it, at whatever depth, put in the place of another."""
    if isinstance(value, msgspec.Struct) and dice.random() < 0.95:
        field = dice.choice(value.__struct_fields__)
        return msgspec.structs.replace(value, **{field: spoiled(getattr(value, field), dice)})
    if isinstance(value, tuple) and value and dice.random() < 0.9:
        at = dice.randrange(len(value))
        if dice.random() < 0.1:
            return (*value, value[at])
        return (*value[:at], spoiled(value[at], dice), *value[at + 1 :])
    return dice.choice(STRANGE)


def test_a_scenario_with_anything_in_the_wrong_place_is_refused_or_runs(tmp_path: Path) -> None:
    dice = Random(SEED)
    refusals, fitting = [], []
    for _ in range(SCENARIOS):
        try:
            made = spoiled(GOOD, dice)
            compile_plan(made, 7)  # type: ignore[arg-type]
        except UsageError as error:
            refusals.append(str(error))
        else:
            fitting.append(made)
    for sentence in refusals:
        assert len(sentence.splitlines()) == 1
        assert len(sentence) < 2_000
    assert len(refusals) > SCENARIOS / 2
    assert fitting
    with open_stacks("fake", kept=False, tell=lambda _line: None) as pool:
        for made in dice.sample(fitting, min(RUNS_MAX, len(fitting))):
            assert isinstance(made, Scenario)
            run = run_scenario(made, 7, pool, tmp_path, tell=lambda _line: None)
            proved = acknowledged(load(run.folder.history))
            assert proved or run.verdict.validity is not Validity.VALID


WORDS = (
    *("run", "check", "show", "replay", "index", "controls", "scenarios", "catalogue", "nope"),
    *("k-ack1", "good", "nowhere.py", "nowhere.py::x", "", "::", "-", "--", "-1", "\x00", "日本"),
    *("--seed", "1.5", "1", "-5", "nan", "9" * 400, "--times", "0", "--around", "--anomaly"),
    *("--stack", "fake", "paper", "--metadata", "kraft", "--kafka-version", "4.9.9", "--json"),
)


def test_whatever_is_typed_ends_with_a_documented_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dice = Random(SEED)
    for _ in range(COMMANDS):
        first = dice.choice(("run", "check", "show", "replay", "index", "controls"))
        words = (
            *dice.sample(WORDS, dice.randrange(4)),
            *(("--stack", "fake") if first == "run" else ()),
        )
        done = harness(first, *words)
        assert done.status in DOCUMENTED, words
        assert "Traceback" not in done.err, words
        assert "the harness itself failed" not in done.err, (words, done.err)
