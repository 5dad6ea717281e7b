"""Replay: the same plan again, and whether it shows the same."""

from dataclasses import dataclass

from harness.engine.run import Run
from harness.model.verdict import Validity, Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """A replayed run beside the one it repeats."""

    run: Run
    reproduced: bool
    sentence: str


def compare(original: Verdict, run: Run) -> Comparison:
    """Whether `run` came out as `original`: the same validity, and every kind that counted again.

    More kinds than before do not matter: what a race shows beside its anomaly varies.
    """
    wanted, seen = _counted(original), _counted(run.verdict)
    reproduced = original.validity is run.verdict.validity and wanted <= seen
    missing = ", ".join(sorted(wanted - seen))
    sentence = run.verdict.headline + (f"; without {missing}" if missing else "")
    return Comparison(run, reproduced, sentence)


def _counted(verdict: Verdict) -> set[str]:
    return {finding.kind for finding in verdict.findings if finding.counts}


def exit_status(validity: Validity) -> int:
    """0 VALID, 1 INVALID, 3 UNKNOWN."""
    return {Validity.VALID: 0, Validity.INVALID: 1, Validity.UNKNOWN: 3}[validity]
