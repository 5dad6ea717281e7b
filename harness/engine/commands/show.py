"""What `harness show` prints of a run folder."""

from pathlib import Path

from harness.kit.errors import UsageError
from harness.reporting.folder import RunFolder
from harness.reporting.operations import around
from harness.reporting.page.numbering import shown
from harness.reporting.summary import operation_table, summary


def summary_of(path: Path) -> str:
    """The summary of a checked run."""
    folder = RunFolder.open(path)
    return summary(folder.manifest(), folder.plan(), folder.facts(), folder.verdict(), path)


def operations_around(path: Path, number: int | None, width: int) -> tuple[str, ...]:
    """The operations around an anomaly, as parts of a text; none when there is no anomaly.

    Args:
        path: the run folder.
        number: of the anomaly, from 1; None for the first, if there is one.
        width: how many operations to show on each side.

    Raises:
        UsageError: the run has no anomaly of that number.
    """
    folder = RunFolder.open(path)
    anomalies = [each for finding in shown(folder.verdict().findings) for each in finding.examples]
    if number is None and not anomalies:
        return ()
    number = number or 1
    if not 1 <= number <= len(anomalies):
        raise UsageError(
            f"{folder.name} has {len(anomalies)} anomalies; number {number} does not exist"
        )
    anomaly = anomalies[number - 1]
    rows = around(folder.recording(), anomaly, width)
    return (f"Anomaly {number}", *anomaly.because, operation_table(rows, anomaly.operations))
