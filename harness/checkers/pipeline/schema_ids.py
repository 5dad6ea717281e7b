"""The id of a schema keeps the meaning that it had when it was given.

A record carries the id of the schema that it was written with, and nothing else of it. Evidence:
two answers of the registry about an id that differ, or a last one that knows nothing of it; and for
a record of such an id, that what it is decoded to now is no change of the source, or nothing at
all. Ids that no record of a feed carries harm nobody.

UNKNOWN: never by itself. Reports, per feed: `schema-id-changed` and `schema-lost` (once per id),
`aliased-record` (once per record whose id has another schema now). Cost: O(events).
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import UNREADABLE, FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.kit.counts import counted
from harness.model.facts import SchemaEvent
from harness.model.verdict import Anomaly, CheckResult

ALIASED_RECORD = Kind(
    "aliased-record",
    meaning="A record is decoded with another schema than it was written with.",
    counted="{record is|records are} decoded with another schema than {it was|they were} written "
    "with",
    weight=120,
    claim="schema-ids",
    hop_column="foreign",
)
SCHEMA_ID_CHANGED = Kind(
    "schema-id-changed",
    meaning="The registry gives another schema for an id than before.",
    counted="schema {id|ids} changed {its|their} meaning",
    weight=110,
    claim="schema-ids",
)
SCHEMA_LOST = Kind(
    "schema-lost",
    meaning="The registry no longer knows an id that it gave.",
    counted="schema {id is|ids are} no longer known",
    weight=100,
    claim="schema-ids",
)


@checker("schema-ids")
def schema_ids(evidence: Evidence) -> CheckResult:
    """Find ids that changed their meaning, and records that are taken for what they are not."""
    answers: dict[int, list[SchemaEvent]] = {}
    for event in evidence.facts.schemas:
        answers.setdefault(event.number, []).append(event)
    found = [each for feed in evidence.trails.feeds for each in _of_feed(evidence, feed, answers)]
    return report("schema-ids", *found)


def _of_feed(
    evidence: Evidence, feed: FeedTrail, answers: dict[int, list[SchemaEvent]]
) -> Iterator[Found]:
    used = [number for number in np.unique(feed.schema).tolist() if number in answers]
    changed = [number for number in used if _meanings(answers[number]) > 1]
    lost = [number for number in used if not answers[number][-1].schema]
    for kind, numbers in ((SCHEMA_ID_CHANGED, changed), (SCHEMA_LOST, lost)):
        explain = partial(_told, evidence, feed, kind, answers)
        yield Found(kind, np.array(numbers, dtype=np.int64), explain, feed.hop.name)
    misread = (feed.kind == UNREADABLE) | (feed.speaks & (feed.exact == NONE))
    aliased = np.flatnonzero(np.isin(feed.schema, changed) & misread)
    explain = partial(_misread, evidence, feed, answers)
    yield Found(ALIASED_RECORD, aliased, explain, feed.hop.name)


def _meanings(answers: list[SchemaEvent]) -> int:
    return len({event.schema for event in answers if event.schema})


def _told(
    evidence: Evidence,
    feed: FeedTrail,
    kind: Kind,
    answers: dict[int, list[SchemaEvent]],
    number: int,
) -> Anomaly:
    proof = FlowProof(evidence, kind, feed.hop.name)
    records = int(np.count_nonzero(feed.schema == number))
    carry = counted(records, "{record carries|records carry} that id")
    return proof.add(f"{_story(answers[number])}; {carry}").end()


def _misread(
    evidence: Evidence, feed: FeedTrail, answers: dict[int, list[SchemaEvent]], event: int
) -> Anomaly:
    proof = FlowProof(evidence, ALIASED_RECORD, feed.hop.name)
    if feed.kind[event] == UNREADABLE:
        proof.unreadable(feed, event)
    else:
        proof.brought(feed, event, after=", as it is decoded now; the source has no such change")
    return proof.add(_story(answers[int(feed.schema[event])])).end()


def _story(answers: list[SchemaEvent]) -> str:
    told = ", then ".join(
        f"schema {event.schema} at {event.time_ns / 1e9:,.1f} s"
        if event.schema
        else f"nothing at {event.time_ns / 1e9:,.1f} s"
        for event in answers
    )
    return f"for id {answers[0].number} the registry gave {told}"
