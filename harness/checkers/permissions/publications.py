"""What a publication that the DDL of a source's tables makes leaves out of what a connector reads.

PostgreSQL hands its subscribers what their publication says. A connector that does not make one
itself takes it as it is, and is never told what it leaves out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.permission import UNCAPTURED
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.value import Settings

TAKEN_AS_IT_IS = ("disabled", "all_tables")
"""Values of `publication.autocreate.mode` with which one that is there stays as it is."""
SKIPPED = ("missed-change", "torn-transaction", "broken-chain")
OPERATIONS = {
    "insert": (*SKIPPED, "missing-row", "stale-row"),
    "update": (*SKIPPED, "stale-row", "stale-beyond-bound"),
    "delete": (*SKIPPED, "missing-tombstone", "resurrected-row", "stale-beyond-bound"),
}
"""What can be published, each with the kinds of anomaly of a feed that is not given it."""

_NAME = r'"?(\w+)"?'
_MADE = re.compile(rf"CREATE\s+PUBLICATION\s+{_NAME}([^;]*)", re.IGNORECASE)
_TABLES = re.compile(
    r"\bFOR\s+TABLE\s+(.*?)(?:\bWITH\s*\([^()]*\)\s*)?$", re.IGNORECASE | re.DOTALL
)
_PUBLISH = re.compile(r"\bpublish\s*=\s*'([^']*)'", re.IGNORECASE)
_TABLE = re.compile(rf'(?:ONLY\s+)?(?:"?\w+"?\.)?{_NAME}\s*(\([^()]*\))?', re.IGNORECASE)
_FILTER = re.compile(r"\bWHERE\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that a publication leaves out."""

    publication: str
    reason: str
    kinds: tuple[str, ...]


def left_out(workload: PipelineWorkload, settings: Settings) -> Iterator[LeftOut]:
    """What the publication of a connector with these `settings` leaves out of the tables."""
    if settings.get("publication.autocreate.mode") not in TAKEN_AS_IT_IS:
        return
    for table in workload.tables:
        for name, body in _MADE.findall(table.ddl or ""):
            if name == settings.get("publication.name"):
                tables = [each.name for each in workload.tables]
                for reason, kinds in _reasons(body.strip(), tables):
                    yield LeftOut(name, reason, kinds)


def _reasons(body: str, tables: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    published = _PUBLISH.search(body)
    words = {each.strip() for each in published[1].split(",")} if published else set(OPERATIONS)
    for operation, kinds in OPERATIONS.items():
        if operation not in words:
            yield f"it publishes no {operation}, so none is captured", kinds
    listed = _TABLES.search(body)
    if listed is None:
        return
    found = [(match, each) for each in _items(listed[1]) if (match := _TABLE.match(each))]
    for name in tables:
        mine = [(match[2], each) for match, each in found if match[1] == name]
        if not mine:
            yield f"it has no table {name}, so no change of that is captured", UNCAPTURED
        for columns, each in mine:
            if columns:
                yield f"it has only some columns of table {name}", ("altered-row",)
            if _FILTER.search(each):
                yield f"it has only some rows of table {name}", UNCAPTURED


def _items(text: str) -> Iterator[str]:
    """The parts of a list between commas that stand in no parentheses."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()
