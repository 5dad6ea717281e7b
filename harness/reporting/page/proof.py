"""Each anomaly with its proof: the sentences, and the operations that they name."""

from collections.abc import Mapping, Sequence

from harness.history.history import History
from harness.kit.counts import counted
from harness.model.verdict import Anomaly, Finding
from harness.reporting.operations import COLUMNS, OperationRow, describe, named_by
from harness.reporting.page.markup import Markup, items, join, prose, table, tag
from harness.reporting.words import count

OPEN_MAX = 3
"""Proofs that are unfolded from the start."""
ROWS_MAX = 30
SENTENCES_MAX = 30
_HEAD = tuple(each.capitalize() for each in COLUMNS)


def proofs(history: History, findings: Sequence[Finding]) -> Markup:
    """All anomalies of `findings`, numbered through."""
    if not any(finding.examples for finding in findings):
        return tag("p", "No anomaly was found.")
    operations, values = named_by(example for finding in findings for example in finding.examples)
    rows = describe(history, operations, values)
    parts: list[Markup] = []
    number = 0
    for finding in findings:
        parts.append(_heading(finding))
        for example in finding.examples:
            parts.append(_proof(number, example, finding, rows))
            number += 1
    return join(parts)


def _heading(finding: Finding) -> Markup:
    total = f"{finding.kind}: {counted(finding.count, '{anomaly|anomalies}')}"
    if finding.count > len(finding.examples):
        total += f", {count(len(finding.examples))} shown"
    return tag("h3", total, "" if finding.counts else " (allowed)")


def _proof(
    number: int, anomaly: Anomaly, finding: Finding, rows: Mapping[int, OperationRow]
) -> Markup:
    place = f" in {anomaly.log}" if anomaly.log else ""
    place += f" at {anomaly.hop}" if anomaly.hop else ""
    title = tag("summary", tag("strong", f"{anomaly.kind}{place}"), " ", _subject(anomaly))
    named = [rows[op].pointing(anomaly.values) for op in anomaly.operations if op in rows]
    parts = [title, items((prose(line) for line in anomaly.because[:SENTENCES_MAX]), "because")]
    if named:
        parts.append(table(_HEAD, [_cells(row) for row in named[:ROWS_MAX]], kind="operations"))
    if len(named) > ROWS_MAX:
        parts.append(tag("p", f"and {counted(len(named) - ROWS_MAX, 'operation')} more."))
    parts.append(
        tag("button", "Show on the timeline", type="button", data_anomaly=str(number))
        if named
        else Markup()
    )
    kind = "anomaly" if finding.counts else "anomaly allowed"
    is_open = "open" if finding.counts and number < OPEN_MAX else ""
    return tag("details", *parts, id=f"anomaly-{number}", class_=kind, open=is_open)


def _subject(anomaly: Anomaly) -> str:
    """Keys and values, so that a search for one finds its anomaly."""
    pieces = []
    if anomaly.keys:
        pieces.append("key " + ", ".join(str(key) for key in anomaly.keys[:4]))
    if anomaly.values:
        pieces.append("value " + ", ".join(str(value) for value in anomaly.values[:4]))
    return ", ".join(pieces)


def _cells(row: OperationRow) -> Sequence[str]:
    """Its texts, with a button that shows it on the timeline and its outcome in colour."""
    op, *between, outcome, error = row.texts
    button = tag("button", op, type="button", class_="op", data_op=op)
    return (button, *between, tag("span", outcome, class_=f"outcome {outcome}"), error)
