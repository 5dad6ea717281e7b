"""What `harness show` prints of a run folder."""

from pathlib import Path

from harness.kit.errors import UsageError
from harness.reporting.folder import RunFolder
from harness.reporting.numbering import shown
from harness.reporting.operations import around
from harness.reporting.summary import operation_table, summary


def summary_of(path: Path) -> str:
    """The summary of a checked run."""
    folder = RunFolder.open(path)
    return summary(folder.manifest(), folder.plan(), folder.facts(), folder.verdict(), path)


def operations_around(path: Path, number: int, width: int) -> str:
    """The operations around anomaly `number` (from 1), `width` on each side.

    Raises:
        UsageError: the run has no anomaly of that number.
    """
    folder = RunFolder.open(path)
    anomalies = [each for finding in shown(folder.verdict().findings) for each in finding.examples]
    if not 1 <= number <= len(anomalies):
        raise UsageError(
            f"{folder.name} has {len(anomalies)} anomalies; there is no number {number}"
        )
    anomaly = anomalies[number - 1]
    rows = around(folder.recording(), anomaly, width)
    return "\n".join([*anomaly.because, operation_table(rows, anomaly.operations)])
