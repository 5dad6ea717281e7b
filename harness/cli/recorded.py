"""`harness check`, `show`, `index`: recorded runs, without Docker."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from harness.cli.words import AnomalyNumber, AtLeastOne, Reports
from harness.kit.errors import UsageError


def check(
    path: Path,
    /,
    *,
    origin: Annotated[Literal["run", "jepsen"], Parameter(name="--from")] = "run",
    settings: Annotated[tuple[str, ...], Parameter(name="--setting")] = (),
    json: bool = False,
) -> int:
    """Judge a run, or a history of Jepsen's Kafka workload, from its files, without Docker.

    Args:
        path: a run folder, or a history in EDN or JSON.
        origin: what recorded it.
        settings: client settings of a Jepsen history, such as `--setting acks=1`.
        json: print the whole verdict as JSON instead of a summary.
    """
    from harness.engine.check import check as check_folder
    from harness.engine.check import check_jepsen
    from harness.engine.commands.show import summary_of
    from harness.engine.replay import exit_status
    from harness.model.codec import encode
    from harness.reporting.folder import RunFolder
    from harness.reporting.foreign import foreign_summary

    if origin == "jepsen":
        foreign = check_jepsen(path, settings)
        print(encode(foreign).decode() if json else foreign_summary(foreign))
        return exit_status(foreign.validity)
    if settings:
        raise UsageError(
            "--setting is for `--from jepsen` only: a run folder contains its settings"
        )
    folder = RunFolder.open(path)
    verdict = check_folder(folder)
    print(encode(verdict, run=folder.identity).decode() if json else summary_of(path))
    return exit_status(verdict.validity)


def show(folder: Path, /, *, anomaly: AnomalyNumber = None, around: AtLeastOne = 5) -> int:
    """Print the summary of a run and the operations around an anomaly.

    Args:
        folder: a run folder.
        anomaly: its number in the summary, from 1; by default the first.
        around: number of operations to print on each side.
    """
    from harness.engine.commands.show import operations_around, summary_of

    print("\n".join([summary_of(folder), *operations_around(folder, anomaly, around)]))
    return 0


def index(*, reports: Reports = Path("reports")) -> int:
    """Write index.html, a list of all runs.

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
