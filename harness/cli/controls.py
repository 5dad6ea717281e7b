"""`harness controls`: how reliable known-good scenarios and their twins are."""

from pathlib import Path

from harness.cli.words import StackChoice


def controls(reports: Path = Path("reports"), /, *, stack: StackChoice = "docker") -> int:
    """Count over run folders how often twins showed their anomaly, and known-good ones none.

    It runs nothing; `pytest scenarios -m controls --runs N` does. It exits with 1 if a control
    misses its grade, and with 3 if one was not run.

    Args:
        reports: the folder of all runs.
        stack: count runs on real containers, or on the fake stack.
    """
    from harness.engine.controls import holds, rows, tally
    from harness.engine.replay import exit_status
    from harness.reporting.folder import asked_for
    from harness.reporting.words import aligned

    unreadable: list[str] = []
    tallies = tally(asked_for(reports), stack, unreadable)
    print("\n".join([*aligned(tuple(rows(tallies))), *unreadable]))
    return exit_status(holds(tallies))
