"""Record the controls anew: `python -m tests.checkers.record [SCENARIO ...] [--seed N]`.

Each is run on real containers with a tenth of its traffic or less, so that its history is small,
and kept when its verdict is what it must be. It takes about half a minute a scenario.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from harness.engine.catalogue.scenarios import controls
from harness.engine.run import run_scenario
from harness.engine.stacks.opening import open_stacks
from harness.engine.stacks.pool import StackPool
from harness.model.conditions import Acks, Reads, Removed, Results, Sends, WaitCondition
from harness.model.fault import After
from harness.model.scenario import Floor, Scenario
from harness.model.workload import LogWorkload, Producers, Stall
from tests.checkers.recorded import pack

SLOWER = 20
"""How many times less is sent, and waited for."""
COUNTED = (Acks, Sends, Results, Reads, Removed)
FULL_QUEUE_SLOWER = 2
"""Of what must fill a client's queue while a fault lasts."""
COMPACTED_SLOWER = 4
"""Of what must come in several polls, with gaps between them, once it is compacted."""
BATCHES_PER_S = 100
"""Records a second, at least, where a worker or a transaction is to have several in hand."""


def tell(line: str) -> None:
    """Show how far it is."""
    sys.stderr.write(f"{line}\n")


def main(arguments: Sequence[str]) -> int:
    """Record what is named, or all; 1 when a verdict is not what it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stack", choices=("docker", "fake"), default="docker")
    asked = parser.parse_args(arguments)
    pairs: list[tuple[Scenario, tuple[str, ...]]] = []
    for each in controls():
        pairs += [(each.good, ()), (each.bad, each.shows)]
    failed = 0
    pool = open_stacks(asked.stack, kept=False, tell=tell)
    try:
        for scenario, shows in sorted(pairs, key=lambda pair: pair[0].topology.digest):
            if not asked.scenario or scenario.name in asked.scenario:
                failed += not _record(scenario, shows, asked.seed, pool)
    finally:
        pool.close()
    return int(failed > 0)


def _record(scenario: Scenario, shows: tuple[str, ...], seed: int, pool: StackPool) -> bool:
    with TemporaryDirectory() as reports:
        run = run_scenario(small(scenario), seed, pool, Path(reports), tell=tell)
        try:
            if shows:
                run.must_show_only(*shows)
            else:
                run.must_be_valid()
        except AssertionError as problem:
            tell(f"{scenario.name} is not kept: {problem}")
            return False
        path = pack(run.folder)
        tell(f"{path.name}: {path.stat().st_size:,} bytes")
    return True


def small(scenario: Scenario) -> Scenario:
    """The same faults under less traffic: of everything that is counted a part."""
    workload = scenario.log_workload
    slower = _slower(workload)

    def less(number: int) -> int:
        return -(-number // slower)

    def stalling(stall: Stall | None) -> Stall | None:
        return stall and replace(stall, reads=less(stall.reads))

    replace = msgspec.structs.replace
    return replace(
        scenario,
        workload=replace(
            workload,
            producers=tuple(
                replace(each, rate_per_s=each.rate_per_s / slower, keys=_keys(each, less))
                for each in workload.producers
            ),
            consumers=tuple(
                replace(each, stall=stalling(each.stall)) for each in workload.consumers
            ),
        ),
        steps=tuple(
            replace(step, after=replace(step.after, conditions=_counts(step.after, less)))
            for step in scenario.steps
        ),
        baseline_acks=less(scenario.baseline_acks),
        aftermath_acks=less(scenario.aftermath_acks),
        floor=Floor(acks=less(scenario.floor.acks)),
    )


def _slower(workload: LogWorkload) -> int:
    if any("queue.buffering.max.messages" in each.settings for each in workload.producers):
        return FULL_QUEUE_SLOWER
    if any("cleanup.policy" in topic.settings for topic in workload.topics):
        return COMPACTED_SLOWER
    in_batches = workload.processors or any(each.transactions for each in workload.producers)
    least = BATCHES_PER_S if in_batches else 1
    return max(1, min(SLOWER, *(int(each.rate_per_s) // least for each in workload.producers)))


def _keys(producers: Producers, less: Callable[[int], int]) -> int:
    """Less where there are so many that most are hardly written again."""
    return max(less(producers.keys), min(producers.keys, Producers(topic="").keys))


def _counts(when: After, less: Callable[[int], int]) -> tuple[WaitCondition, ...]:
    return tuple(
        msgspec.structs.replace(each, count=less(each.count)) if isinstance(each, COUNTED) else each
        for each in when.conditions
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
