"""All changes of a transaction reach the topics of a path, or none.

Evidence: a transaction with a change that is missed (see `missed_change`) and one that an event
brings. It says nothing of when they arrive: topics are no transactions.

UNKNOWN: never by itself. Reports: `torn-transaction`, once per feed and transaction.
Cost: O(n log n).
"""

import numpy as np

from harness.checkers.checker import Found, checker, found_at, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.pipeline.flow_proof import FlowProof
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

TORN_TRANSACTION = Kind(
    "torn-transaction",
    meaning="Some changes of a transaction reached the topics and others never did.",
    counted="{transaction|transactions} reached the topics only in part",
    weight=140,
    claim="capture",
)


@checker("torn-transaction")
def torn_transaction(evidence: Evidence) -> CheckResult:
    """Find transactions that arrived in part."""
    return report("torn-transaction", *(_of_feed(evidence, feed) for feed in evidence.trails.feeds))


def _of_feed(evidence: Evidence, feed: FeedTrail) -> Found:
    source = feed.source
    lacking = feed.missed[~evidence.trails.removed(feed)[feed.missed]]
    torn = np.intersect1d(source.txn[lacking], source.txn[feed.reached])

    def explain(txn: int) -> Anomaly:
        mine = np.flatnonzero(source.txn == txn)
        missed = mine[np.isin(mine, lacking)]
        there = mine[feed.reached[mine]]
        event = int(np.flatnonzero(feed.change == source.canonical[there[0]])[0])
        proof = FlowProof(evidence, TORN_TRANSACTION, feed.hop.name).changed(int(there[0]))
        proof.brought(feed, event, before="and ").changed(
            int(missed[0]), before="in the same one, "
        )
        return proof.add(f"yet {feed.hop.target}, read to the end, has no event of it").end()

    passed = lacking[evidence.trails.passed_by_feed(feed)[lacking]]
    certain = np.isin(torn, source.txn[passed])
    return found_at(evidence, TORN_TRANSACTION, feed.hop.name, torn, certain, explain)
