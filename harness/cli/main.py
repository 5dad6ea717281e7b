"""The `harness` command: thin words over the engine; every error is one sentence and a status."""

import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from cyclopts import App, Parameter

from harness.cli.controls import controls
from harness.cli.groups import groups
from harness.cli.scenarios import catalogue, init, scenarios
from harness.cli.stacks import down, execute, password, status, sweep, up
from harness.cli.status import status_of
from harness.cli.topics import topics
from harness.cli.words import (
    AnomalyNumber,
    AtLeastOne,
    MetadataChoice,
    Seed,
    SeedOrDrawn,
    SourceChoice,
    say,
)
from harness.kit.errors import UsageError

app = App(
    name="harness",
    help="Break a streaming pipeline on purpose and say which data it lost, repeated or reordered.",
    version=lambda: version("kafka-chaos-harness"),
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)
app.command(init)
app.command(topics)
app.command(groups)
app.command(controls)
app.command(up)
app.command(down)
app.command(password)
app.command(status)
app.command(execute, name="exec")
app.command(sweep)
app.command(scenarios)
app.command(catalogue)
Reports = Annotated[Path, Parameter(name="--reports-dir")]
StackChoice = Annotated[Literal["docker", "fake"], Parameter(name="--stack")]


@app.command
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
    """Run one scenario and say how it stands.

    Args:
        scenario: its name; `FILE::NAME`; or a file that holds one.
        seed: drawn and printed unless given.
        stack: real containers, or the in-memory fake.
        metadata: who keeps the cluster's metadata; what the scenario says unless given.
        kafka_version: of brokers; what the scenario says, or the pinned one, unless given.
        source: the database that a pipeline begins at; what the scenario says unless given.
        reports: where the run folder is made.
        keep_stack: leave the stack running.
    """
    import secrets

    from harness.engine.catalogue.own_scenarios import resolve
    from harness.engine.cluster import on_cluster
    from harness.engine.replay import exit_status
    from harness.engine.run import run_scenario
    from harness.engine.source_choice import on_source
    from harness.engine.stacks import StackPool
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
    with StackPool(stack, kept=keep_stack, tell=say) as pool:
        done = run_scenario(chosen, seed, pool, reports, tell=say, file=written)
    print(_summary(done.folder.path))
    return exit_status(done.verdict.validity)


@app.command
def demo(
    *, seed: Seed = 7, reports: Reports = Path("reports"), stack: StackChoice = "docker"
) -> int:
    """Show the main job: what survives a leader's death in a log, and in a whole pipeline.

    Each is run twice: as it should be set up, and with one setting worse.

    Args:
        seed: seed of all runs.
        reports: where the run folders are made.
        stack: real containers, or the in-memory fake.
    """
    from harness.engine.commands.demo import demonstrate
    from harness.engine.stacks import StackPool

    with StackPool(stack, kept=False, tell=say) as pool:
        shown = demonstrate(pool, seed, reports, tell=say)
    for line in shown.lines:
        print(line)
    return 0 if shown.as_expected else 1


@app.command
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
        runs: under how many seeds each line is run.
        seed: the first of them; drawn and printed unless given.
        lines: names of lines, or files that hold some; all of the harness's own unless given.
        origin: folders of earlier comparisons: write one page of them again, and run nothing.
        stack: real containers, or the in-memory fake, which leaves out what it cannot run.
        reports: where run folders and the page are made.
        keep_stack: leave the stacks running.
    """
    import secrets

    from harness.engine.campaign import seeds_from
    from harness.engine.semantics import again, choose, compare
    from harness.engine.stacks import StackPool
    from harness.reporting.semantics.outcome import exit_status
    from harness.reporting.semantics.terminal import table

    if origin:
        measured, folder = again(origin)
    else:
        chosen = choose(lines)
        seed = secrets.randbits(31) if seed is None else seed
        say(f"seed {seed}")
        with StackPool(stack, kept=keep_stack, tell=say) as pool:
            seeds = seeds_from(seed, runs)
            measured, folder = compare(chosen, seeds, pool, reports, tell=say)
    print(table(measured, folder))
    return exit_status(measured)


@app.command
def check(
    path: Path,
    /,
    *,
    origin: Annotated[Literal["run", "jepsen"], Parameter(name="--from")] = "run",
    settings: Annotated[tuple[str, ...], Parameter(name="--setting")] = (),
    json: bool = False,
) -> int:
    """Judge a run, or a history of Jepsen's Kafka workload, from files alone; needs no Docker.

    Args:
        path: a run folder, or a history as EDN or JSON.
        origin: what recorded it.
        settings: of the clients behind a history of Jepsen's, such as `--setting acks=1`.
        json: print the whole verdict as JSON instead of a summary.
    """
    from harness.engine.check import check as check_folder
    from harness.engine.check import check_jepsen
    from harness.engine.replay import exit_status
    from harness.model.codec import encode
    from harness.reporting.folder import RunFolder
    from harness.reporting.foreign import foreign_summary

    if origin == "jepsen":
        foreign = check_jepsen(path, settings)
        print(encode(foreign).decode() if json else foreign_summary(foreign))
        return exit_status(foreign.validity)
    if settings:
        raise UsageError("a run knows its settings; --setting is for `--from jepsen`")
    folder = RunFolder.open(path)
    verdict = check_folder(folder)
    print(encode(verdict, run=folder.identity).decode() if json else _summary(path))
    return exit_status(verdict.validity)


@app.command
def show(folder: Path, /, *, anomaly: AnomalyNumber = None, around: AtLeastOne = 5) -> int:
    """Print a run's summary, and the operations around an anomaly if it shows any.

    Args:
        folder: a run folder.
        anomaly: its number as the summary counts them, from 1; the first unless given.
        around: how many operations to print on each side.
    """
    from harness.engine.commands.show import operations_around

    print("\n".join([_summary(folder), *operations_around(folder, anomaly, around)]))
    return 0


@app.command
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
    """Run the plan of a run again and say how often it came out the same.

    Args:
        folder: a run folder.
        times: how often.
        metadata: who keeps the cluster's metadata; as in the run unless given.
        kafka_version: of brokers; as in the run unless given.
        reports: where the new run folders are made.
        keep_stack: leave the stack running.
    """
    from harness.engine.cluster import plan_on_cluster
    from harness.engine.compile import checked_plan
    from harness.engine.kept_programs import with_kept_programs
    from harness.engine.replay import compare
    from harness.engine.run import run_plan
    from harness.engine.stacks import StackPool
    from harness.reporting.folder import RunFolder

    original = RunFolder.open(folder)
    verdict, kind = original.verdict(), original.manifest().stack
    plan = checked_plan(original.plan(), original.path / "plan.json")
    plan = with_kept_programs(plan, original.path)
    plan = plan_on_cluster(plan, metadata=metadata, kafka_version=kafka_version)
    reproduced = 0
    with StackPool(kind, kept=keep_stack, tell=say) as pool:
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


@app.command
def doctor() -> int:
    """Say what this machine lacks for a run, and how to get it."""
    from harness.engine.commands.doctor import examine

    findings = examine()
    for finding in findings:
        print(f"{'ok' if finding.ok else 'MISSING':<8}{finding.what:<24}{finding.seen}")
        if not finding.ok:
            print(f"{'':<8}{finding.remedy}")
    return 0 if all(finding.ok for finding in findings) else 4


@app.command
def index(*, reports: Reports = Path("reports")) -> int:
    """Write index.html over all runs.

    Args:
        reports: the folder of all runs.
    """
    from harness.model.codec import write_atomically
    from harness.reporting.folder import asked_for
    from harness.reporting.index import render_index

    path = reports / "index.html"
    folders = asked_for(reports)
    write_atomically(path, render_index(folders))
    print(f"{len(folders)} runs: {path}")
    return 0


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its status.

    Args:
        arguments: what follows the command's name; what the shell gave unless given.
    """
    logging.getLogger("harness").addHandler(logging.NullHandler())
    sys.exit(status_of(lambda: app(arguments)))


def _summary(folder: Path) -> str:
    from harness.engine.commands.show import summary_of

    return summary_of(folder)
