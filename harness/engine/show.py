"""What `harness show` prints of a run folder."""

from pathlib import Path

from harness.history.load import load
from harness.kit.errors import UsageError
from harness.reporting.folder import RunFolder
from harness.reporting.summary import around, summary


def summary_of(path: Path) -> str:
    """The summary of a checked run."""
    folder = RunFolder.open(path)
    return summary(folder.manifest(), folder.plan(), folder.facts(), folder.verdict(), folder.path)


def operations_around(path: Path, number: int, width: int) -> str:
    """The operations around anomaly `number` (from 1), `width` on each side.

    Raises:
        UsageError: the run has no anomaly of that number.
    """
    folder = RunFolder.open(path)
    anomalies = [each for finding in folder.verdict().findings for each in finding.examples]
    if not 1 <= number <= len(anomalies):
        raise UsageError(f"{folder.name} has {len(anomalies)} anomalies; there is no number {number}")
    return "\n".join(around(load(folder.history), anomalies[number - 1], width))
