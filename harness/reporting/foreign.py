"""The verdict on a history that another harness recorded: in its own words, as text or as JSON."""

from collections.abc import Iterator

from harness.history.history import History
from harness.model.value import Value
from harness.model.verdict import Anomaly, Finding, Validity, Verdict
from harness.reporting.words import count, headline

SHOWN = 3
"""Examples of each kind in the text; the JSON has every one that a checker kept."""


class ForeignAnomaly(Value, frozen=True, kw_only=True):
    """One anomaly; key, values and operations are called as in the file."""

    kind: str
    key: int | str | None
    values: tuple[int | str, ...]
    operations: tuple[int, ...]
    because: tuple[str, ...]


class ForeignFinding(Value, frozen=True, kw_only=True):
    """All anomalies of one kind: how many, whether they count, and why they may be permitted."""

    kind: str
    count: int
    counts: bool
    claim: str | None
    permitted_by: tuple[str, ...]
    anomalies: tuple[ForeignAnomaly, ...]
    """The first of them; each kind has at most `harness.checkers.checker.EXAMPLES`."""


class ForeignVerdict(Value, frozen=True, kw_only=True):
    """The judgement of a history of others."""

    validity: Validity
    headline: str
    operations: int
    claims: dict[str, Validity]
    unknowns: tuple[str, ...]
    findings: tuple[ForeignFinding, ...]


def foreign_verdict(history: History, verdict: Verdict) -> ForeignVerdict:
    """`verdict` in the words of the file that `history` came from."""
    logs = dict(
        zip(history.logs["name"], history.labels.logs if history.labels else (), strict=True)
    )

    def named(anomaly: Anomaly) -> ForeignAnomaly:
        return ForeignAnomaly(
            kind=anomaly.kind,
            key=None if anomaly.log is None else logs[anomaly.log],
            values=tuple(map(history.value_label, anomaly.values)),
            operations=tuple(dict.fromkeys(map(history.operation_label, anomaly.operations))),
            because=anomaly.because,
        )

    def told(finding: Finding) -> ForeignFinding:
        return ForeignFinding(
            kind=finding.kind,
            count=finding.count,
            counts=finding.counts,
            claim=finding.claim,
            permitted_by=finding.permitted_by,
            anomalies=tuple(map(named, finding.examples)),
        )

    return ForeignVerdict(
        validity=verdict.validity,
        headline=headline(verdict),
        operations=len(history.operations),
        claims={each.claim: each.validity for each in verdict.claims},
        unknowns=verdict.unknowns,
        findings=tuple(map(told, verdict.findings)),
    )


def foreign_summary(verdict: ForeignVerdict) -> str:
    """The verdict in a screenful or two."""
    return "\n".join(_lines(verdict))


def _lines(verdict: ForeignVerdict) -> Iterator[str]:
    yield f"{verdict.validity}  {verdict.headline}"
    yield f"{count(verdict.operations)} operations"
    yield from (f"  unknown because {reason}" for reason in verdict.unknowns)
    yield from ("", "Claims")
    yield from (f"  {validity:<8}{claim}" for claim, validity in verdict.claims.items())
    yield from ("", "Anomalies")
    if not verdict.findings:
        yield "  none"
    for finding in verdict.findings:
        how = f"counts against {finding.claim}" if finding.counts else "allowed"
        yield f"  {count(finding.count):>9}  {finding.kind:<22}{how}"
        yield from (f"             {reason}" for reason in finding.permitted_by)
    for finding in verdict.findings:
        for anomaly in finding.anomalies[:SHOWN] if finding.counts else ():
            where = "" if anomaly.key is None else f", key {anomaly.key}"
            yield from ("", f"{anomaly.kind}{where}:")
            yield from (f"  {sentence}" for sentence in anomaly.because)
