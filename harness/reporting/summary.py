"""A run in the terminal: verdict, claims, anomalies, faults, first counter-example, what next."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import Finding, Validity, Verdict
from harness.reporting.figures import figures
from harness.reporting.operations import COLUMNS, OperationRow
from harness.reporting.page.fault_story import FaultStory, stories
from harness.reporting.page.hop_table import by_hop, lines
from harness.reporting.page.numbering import first_example
from harness.reporting.words import aligned, count, headline

_STYLE = {
    Validity.VALID: "bold blue",
    Validity.INVALID: "bold red",
    Validity.UNKNOWN: "bold yellow",
}
_WIDTH = 100
_UNBROKEN = "\u00a0"


def summary(
    manifest: Manifest,
    plan: Plan,
    facts: Facts,
    verdict: Verdict,
    path: Path,
    *,
    colour: bool = False,
) -> str:
    """The run in a screenful.

    Args:
        manifest: of the run.
        plan: of the run.
        facts: of the run.
        verdict: of the run.
        path: its folder, as the user would type it.
        colour: whether the terminal shows colours.
    """
    text = Text()
    text.append(verdict.validity.value, _STYLE[verdict.validity])
    text.append(f"  {headline(verdict)}\n")
    text.append(f"{manifest.scenario}, seed {manifest.seed}, {manifest.stack} stack\n")
    _figures(text, verdict)
    for reason in verdict.unknowns:
        text.append(f"  unknown because {reason}\n")
    _claims(text, verdict)
    if verdict.hops:
        text.append(f"\nHops\n{lines(verdict.hops)}")
    _findings(text, verdict.findings)
    _faults(text, stories(plan, facts))
    example = first_example(verdict.findings)
    if example is not None:
        text.append(f"\nFirst counter-example ({example.kind}):\n")
        for sentence in example.because:
            text.append(f"  {sentence}\n")
    text.append(f"\nreport  {path / 'report.html'}\n")
    text.append(f"replay  harness replay {path}\n")
    return _written(text) if colour else text.plain


def _figures(text: Text, verdict: Verdict) -> None:
    """The headline figures, none of them broken between its value and its name."""
    told = (f"{value} {name}".replace(" ", _UNBROKEN) for name, value in figures(verdict))
    for line in wrap(", ".join(told), _WIDTH):
        text.append(line.replace(_UNBROKEN, " ") + "\n")


def _claims(text: Text, verdict: Verdict) -> None:
    if verdict.claims:
        text.append("\nClaims\n")
    for claim in verdict.claims:
        text.append("  ")
        text.append(f"{claim.validity.value:<8}", _STYLE[claim.validity])
        text.append(f"{claim.claim}: {claim.sentence}\n")
        told_above = len(claim.why) > 1 and claim.why == verdict.unknowns
        for reason in ("open, for the reasons above",) if told_above else claim.why:
            text.append(f"          {reason}\n")


def _findings(text: Text, findings: Sequence[Finding]) -> None:
    text.append("\nAnomalies\n")
    if not findings:
        text.append("  none\n")
    for finding in findings:
        text.append(f"  {count(finding.count):>9}  {finding.kind:<22}")
        if finding.counts:
            text.append("counts", _STYLE[Validity.INVALID])
            text.append(f" against {finding.claim}" if finding.claim else "")
        else:
            text.append("allowed")
        text.append(f"\n             {by_hop(finding.hops)}\n" if finding.hops else "\n")
        for reason in finding.permitted_by:
            text.append(f"             {reason}\n")


def _faults(text: Text, faults: Sequence[FaultStory]) -> None:
    text.append("\nFaults\n")
    if not faults:
        text.append("  none\n")
    for story in faults:
        targets = ", ".join(story.targets) or "no target"
        text.append(f"  {story.step}: {story.kind} on {targets}: ")
        text.append(story.state, "" if story.is_proved else _STYLE[Validity.UNKNOWN])
        text.append("\n")
        for sentence in story.unmet:
            text.append(f"    {sentence}\n")


def operation_table(rows: Iterable[OperationRow], named: Sequence[int] = ()) -> str:
    """Operations as lines of text; `>` stands before those that an anomaly names."""
    lines: list[tuple[str, ...]] = [(" ", *COLUMNS)]
    lines += [(">" if row.op in named else " ", *row.texts) for row in rows]
    return "".join(f"{line}\n" for line in aligned(lines))


def _written(text: Text) -> str:
    """`text` with the codes that make a terminal colour it; lines are left as long as they are."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=_WIDTH)
    console.print(text, end="", soft_wrap=True)
    return out.getvalue()
