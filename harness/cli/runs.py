"""`harness run`, `demo`, `semantics`, `replay`: run scenarios and print the verdicts."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from harness.cli.words import (
    AtLeastOne,
    MetadataChoice,
    Reports,
    Seed,
    SeedOrDrawn,
    SourceChoice,
    StackChoice,
    say,
)


def run(  # noqa: PLR0913 - all but the first are options
    scenario: str,
    /,
    *,
    seed: SeedOrDrawn = None,
    stack: StackChoice = "docker",
    metadata: MetadataChoice | None = None,
    kafka_version: str | None = None,
    source: SourceChoice | None = None,
    reports: Reports = Path("reports"),
    keep_stack: bool = False,
) -> int:
    """Run one scenario and print its verdict.

    Args:
        scenario: a name, `FILE::NAME`, or a file with one scenario.
        seed: random if omitted, and printed.
        stack: real containers, or the in-memory fake stack.
        metadata: ZooKeeper or KRaft; by default as in the scenario.
        kafka_version: version of the brokers; by default as in the scenario, else the pinned one.
        source: the database in which a pipeline starts; by default as in the scenario.
        reports: the parent of the run folder.
        keep_stack: leave the stack running.
    """
    import secrets

    from harness.engine.catalogue.own_scenarios import resolve
    from harness.engine.cluster import on_cluster
    from harness.engine.commands.show import summary_of
    from harness.engine.replay import exit_status
    from harness.engine.run import run_scenario
    from harness.engine.source_choice import on_source
    from harness.engine.stacks.opening import open_stacks
    from harness.engine.validation.scenario import shaped

    file, _, _ = scenario.partition("::")
    written = Path(file) if file.endswith(".py") else None
    chosen = on_cluster(
        on_source(shaped(resolve(scenario, Path()), file=written), source),
        metadata=metadata,
        kafka_version=kafka_version,
    )
    seed = secrets.randbits(31) if seed is None else seed
    say(f"seed {seed}")
    with open_stacks(stack, kept=keep_stack, tell=say) as pool:
        done = run_scenario(chosen, seed, pool, reports, tell=say, file=written)
    print(summary_of(done.folder.path))
    return exit_status(done.verdict.validity)


def demo(
    *, seed: Seed = 7, reports: Reports = Path("reports"), stack: StackChoice = "docker"
) -> int:
    """Show what survives the death of a leader, in a topic and in a whole pipeline.

    Each scenario runs twice: with good settings, and with one worse setting.

    Args:
        seed: seed of all runs.
        reports: the parent of the run folders.
        stack: real containers, or the in-memory fake stack.
    """
    from harness.engine.commands.demo import demonstrate
    from harness.engine.stacks.opening import open_stacks

    with open_stacks(stack, kept=False, tell=say) as pool:
        shown = demonstrate(pool, seed, reports, tell=say)
    for line in shown.lines:
        print(line)
    return 0 if shown.as_expected else 1


def semantics(
    *,
    runs: AtLeastOne = 1,
    seed: SeedOrDrawn = None,
    lines: tuple[str, ...] = (),
    origin: Annotated[tuple[Path, ...], Parameter(name="--from")] = (),
    stack: StackChoice = "docker",
    reports: Reports = Path("reports"),
    keep_stack: bool = False,
) -> int:
    """Compare delivery guarantees under the same faults: what is lost, duplicated, reordered.

    Args:
        runs: number of seeds for each configuration.
        seed: the first seed; random if omitted, and printed.
        lines: names of configurations, or files with configurations; by default all shipped ones.
        origin: folders of earlier comparisons; renders one page from them and runs nothing.
        stack: real containers, or the in-memory fake stack, which skips what it cannot run.
        reports: the parent of the run folders and of the page.
        keep_stack: leave the stacks running.
    """
    import secrets

    from harness.engine.campaign import seeds_from
    from harness.engine.semantics import again, choose, compare
    from harness.engine.stacks.opening import open_stacks
    from harness.reporting.semantics.outcome import exit_status
    from harness.reporting.semantics.terminal import table

    if origin:
        measured, folder = again(origin)
    else:
        chosen = choose(lines)
        seed = secrets.randbits(31) if seed is None else seed
        say(f"seed {seed}")
        with open_stacks(stack, kept=keep_stack, tell=say) as pool:
            seeds = seeds_from(seed, runs)
            measured, folder = compare(chosen, seeds, pool, reports, tell=say)
    print(table(measured, folder))
    return exit_status(measured)


def replay(
    folder: Path,
    /,
    *,
    times: AtLeastOne = 1,
    metadata: MetadataChoice | None = None,
    kafka_version: str | None = None,
    reports: Reports = Path("reports"),
    keep_stack: bool = False,
) -> int:
    """Run the plan of a run again and print how often it reproduced.

    Args:
        folder: a run folder.
        times: number of replays.
        metadata: ZooKeeper or KRaft; by default as in the run.
        kafka_version: version of the brokers; by default as in the run.
        reports: the parent of the new run folders.
        keep_stack: leave the stack running.
    """
    from harness.engine.cluster import plan_on_cluster
    from harness.engine.compile import checked_plan
    from harness.engine.kept_programs import with_kept_programs
    from harness.engine.replay import compare
    from harness.engine.run import run_plan
    from harness.engine.stacks.opening import open_stacks
    from harness.reporting.folder import RunFolder

    original = RunFolder.open(folder)
    verdict, kind = original.verdict(), original.manifest().stack
    plan = checked_plan(original.plan(), original.path / "plan.json")
    plan = with_kept_programs(plan, original.path)
    plan = plan_on_cluster(plan, metadata=metadata, kafka_version=kafka_version)
    reproduced = 0
    with open_stacks(kind, kept=keep_stack, tell=say) as pool:
        for time in range(1, times + 1):
            say(f"replay {time} of {times}")
            with pool.environment(plan.scenario.topology, seed=plan.seed) as environment:
                done = run_plan(plan, environment, reports, tell=say, replay_of=original.name)
            comparison = compare(verdict, done)
            reproduced += comparison.reproduced
            word = "reproduced" if comparison.reproduced else "not reproduced"
            print(f"{time}. {word}: {comparison.sentence} ({done.folder.path})", flush=True)
    print(f"{original.name} ({verdict.validity}) reproduced {reproduced} of {times} times")
    return 0 if reproduced == times else 5
