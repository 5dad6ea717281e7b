"""The one line of a verdict that everybody reads."""

from harness.checkers.kind import ACKED, KINDS, WRITES
from harness.checkers.verdict.doubts import acknowledged
from harness.history.history import History
from harness.kit.counts import counted, inflect
from harness.model.scenario import Scenario
from harness.model.verdict import Finding, Validity


def headline(
    validity: Validity,
    findings: tuple[Finding, ...],
    unknowns: tuple[str, ...],
    claims: tuple[str, ...],
    history: History,
    scenario: Scenario,
) -> str:
    """Say the verdict, and what weighs most in it."""
    match validity:
        case Validity.INVALID:
            against = [finding for finding in findings if finding.counts]
            return (
                f"INVALID: {_worst(against[0], history, scenario)}{_more(len(against) - 1, 'kind')}"
            )
        case Validity.UNKNOWN:
            return f"UNKNOWN: {unknowns[0]}{_more(len(unknowns) - 1, 'reason')}"
        case Validity.VALID:
            asked = WRITES if scenario.pipeline.tables else ACKED
            over = f"over {counted(acknowledged(history), asked)}"
            held = ", ".join(claims) + (" holds " if len(claims) == 1 else " hold ")
            allowed = ", ".join(f"{each.count:,} {each.kind}" for each in findings)
            rest = f" (allowed: {allowed})" if allowed else ""
            return f"VALID: {held if claims else 'no claim is contradicted '}{over}{rest}"


def _worst(finding: Finding, history: History, scenario: Scenario) -> str:
    kind = KINDS[finding.kind]
    mixed, of_hop = scenario.has_log and scenario.has_pipeline, bool(finding.hops)
    # What a hop did is one of the writes to the source; all else is one of the sends.
    entered = acknowledged(history, sends=not (mixed and of_hop), writes=of_hop or not mixed)
    total = f" of {counted(entered, kind.total)}" if kind.total else ""
    cause = ", ".join(reason.partition(":")[0] for reason in finding.permitted_by)
    worst = max(finding.hops, key=lambda hop: finding.hops[hop], default="")
    where = f", {'most ' if len(finding.hops) > 1 else ''}at {worst}" if worst else ""
    what = f"{finding.count:,}{total} {inflect(kind.counted, finding.count)}{where}"
    return f"{what} (permitted by {cause})" if cause else what


def _more(count: int, noun: str) -> str:
    return f"; and {counted(count, 'more ' + noun)}" if count else ""
