"""Each anomaly with its proof: the sentences, and the operations that they name."""

from collections.abc import Mapping, Sequence

from harness.history.history import History
from harness.model.verdict import Anomaly, Finding
from harness.reporting.axis import Axis
from harness.reporting.markup import Markup, items, join, prose, table, tag
from harness.reporting.operations import OperationRow, describe, named_by
from harness.reporting.words import count, counted

EXAMPLES_MAX = 20
"""Anomalies of one kind on the page; verdict.json holds every example that a checker kept."""
ROWS_MAX = 30
SENTENCES_MAX = 30
_HEAD = ("Op", "Process", "Asked", "What", "Log@offset", "Invoked", "Completed", "Outcome", "Error")


def shown(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with as many examples as the page shows; those that count come first."""
    ordered = sorted(findings, key=lambda finding: not finding.counts)
    return tuple(
        Finding(
            kind=finding.kind,
            count=finding.count,
            counts=finding.counts,
            claim=finding.claim,
            permitted_by=finding.permitted_by,
            examples=finding.examples[:EXAMPLES_MAX],
        )
        for finding in ordered
    )


def proofs(history: History, axis: Axis, findings: Sequence[Finding]) -> Markup:
    """All anomalies of `findings`, numbered through."""
    if not any(finding.examples for finding in findings):
        return tag("p", "There is no anomaly to prove.")
    operations, values = named_by(example for finding in findings for example in finding.examples)
    rows = describe(history, operations, values)
    parts: list[Markup] = []
    number = 0
    for finding in findings:
        parts.append(_heading(finding))
        for example in finding.examples:
            parts.append(_proof(number, example, finding, rows, axis))
            number += 1
    return join(parts)


def _heading(finding: Finding) -> Markup:
    total = f"{finding.kind}: {counted(finding.count, 'anomaly').replace('anomalys', 'anomalies')}"
    if finding.count > len(finding.examples):
        total += f", {count(len(finding.examples))} of them here"
    return tag("h3", total, "" if finding.counts else " (allowed)")


def _proof(
    number: int, anomaly: Anomaly, finding: Finding, rows: Mapping[int, OperationRow], axis: Axis
) -> Markup:
    place = f" in {anomaly.log}" if anomaly.log else ""
    title = tag("summary", tag("strong", f"{anomaly.kind}{place}"), " ", _subject(anomaly))
    named = [rows[op] for op in anomaly.operations if op in rows]
    parts = [title, items((prose(line) for line in anomaly.because[:SENTENCES_MAX]), "because")]
    if named:
        parts.append(
            table(_HEAD, [_cells(row, axis) for row in named[:ROWS_MAX]], kind="operations")
        )
    if len(named) > ROWS_MAX:
        parts.append(tag("p", f"and {counted(len(named) - ROWS_MAX, 'operation')} more."))
    parts.append(
        tag("button", "Show on the timeline", type="button", data_anomaly=str(number))
        if named
        else Markup()
    )
    kind = "anomaly" if finding.counts else "anomaly allowed"
    is_open = "open" if finding.counts and number < 5 else ""
    return tag("details", *parts, id=f"anomaly-{number}", class_=kind, open=is_open)


def _subject(anomaly: Anomaly) -> str:
    """Keys and values, so that a search for one finds its anomaly."""
    pieces = []
    if anomaly.keys:
        pieces.append("key " + ", ".join(str(key) for key in anomaly.keys[:4]))
    if anomaly.values:
        pieces.append("value " + ", ".join(str(value) for value in anomaly.values[:4]))
    return ", ".join(pieces)


def _cells(row: OperationRow, axis: Axis) -> Sequence[str]:
    return (
        tag("button", str(row.op), type="button", class_="op", data_op=str(row.op)),
        row.process,
        row.f,
        row.what,
        row.where,
        axis.stamp(row.invoke_ns),
        axis.stamp(row.complete_ns),
        tag("span", row.outcome, class_=f"outcome {row.outcome}"),
        row.error,
    )
