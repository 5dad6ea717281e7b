"""`harness controls`: how often pairs came out as they must, over the runs of a folder."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Stack = Annotated[Literal["docker", "fake"], Parameter(name="--stack")]


def controls(reports: Path = Path("reports"), /, *, stack: Stack = "docker") -> int:
    """Count over all runs of a folder how often twins showed their anomaly, and others nothing.

    Runs nothing: `pytest scenarios -m controls --runs N` does. 1 when a control does not hold, 3
    when one was not run.

    Args:
        reports: the folder of all runs.
        stack: which runs count: those on real containers, or those on fakes.
    """
    from harness.engine.controls import holds, rows, tally
    from harness.engine.replay import exit_status
    from harness.reporting.folder import asked_for
    from harness.reporting.words import aligned

    unreadable: list[str] = []
    tallies = tally(asked_for(reports), stack, unreadable)
    print("\n".join([*aligned(tuple(rows(tallies))), *unreadable]))
    return exit_status(holds(tallies))
