"""Where a copy holds the source's version of a row, it holds the source's contents as well.

Evidence: a row of a copy whose version is the one that the source has in the end, and a column that
both hold with different texts. The last event of that version in the topics tells which hop did it:
the feed, when it tells otherwise than the source already; else the copy. What it tells is not known
where its schema names a type that nobody here can read as the source's, and then the hop is not
known either. Columns are compared where whoever fills the copy carries them (see `Copy.columns`).

UNKNOWN: never by itself. Reports: `altered-row`, once per copy and row. Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.copy_trail import UNKNOWN_HOP, CopyTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

ALTERED_ROW = Kind(
    "altered-row",
    meaning="A copy holds the right version of a row with other contents: a digit, a moment or a "
    "text is not what the source holds.",
    counted="{row of a copy has|rows of a copy have} other contents than the source's",
    weight=170,
    claim="convergence",
    hop_column="foreign",
)

COLUMNS_MAX = 5
"""So many columns are told of, of one row."""
TEXT_MAX = 60


@checker("altered-row")
def altered_row(evidence: Evidence) -> CheckResult:
    """Find rows of copies with other contents than the source's."""
    return report(
        "altered-row",
        *(_found(evidence, copy, hop) for copy in evidence.trails.copies for hop in copy.altered),
    )


def _found(evidence: Evidence, copy: CopyTrail, hop: str) -> Found:
    def explain(entity: int) -> Anomaly:
        return _explain(evidence, copy, hop, entity)

    return Found(ALTERED_ROW, copy.altered[hop], explain, hop)


def _explain(evidence: Evidence, copy: CopyTrail, hop: str, entity: int) -> Anomaly:
    source, topics, target = copy.source, copy.hop.origin, copy.hop.target
    cells = copy.cells.altered.filter(copy.cells.altered["entity"] == entity)
    proof = FlowProof(evidence, ALTERED_ROW, hop)
    version = cells["version"].head(1)
    (made,) = source.versions(np.array([entity]), version.to_numpy()).tolist()
    if made != NONE:
        proof.changed(made)
    proof.add(
        f"yet {target} holds version {version[0]} of {proof.named(entity)} with other contents"
    )
    for cell in cells.head(COLUMNS_MAX).iter_rows(named=True):
        told = "not known" if cell["op_told"] is None else _quoted(cell["text_told"])
        proof.add(
            f"{cell['column']} is {_quoted(cell['text_true'])} in {copy.source.name}, "
            f"{told} in {topics}, {_quoted(cell['text'])} in {target}"
        ).mention(cell["op_true"], cell["op_told"], cell["op"])
    return proof.add(_blame(copy, hop)).end()


def _quoted(text: str | None) -> str:
    if text is None:
        return "NULL"
    return f"'{text}'" if len(text) <= TEXT_MAX else f"'{text[:TEXT_MAX]}...'"


def _blame(copy: CopyTrail, hop: str) -> str:
    topics = copy.hop.origin
    return {
        copy.hop.name: f"{topics} told it as it is: {hop} altered it",
        UNKNOWN_HOP: f"{topics} was not read that far, or tells it in a type that is not known "
        "here: which hop altered it is not known",
    }.get(hop, f"{topics} told it like that already: {hop} altered it")
