"""The claims a scenario can make, each with the kinds of anomaly that contradict it."""

from dataclasses import dataclass

from harness.kit.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that must hold.

    `int-send-skip`, `G0`, `G0-process`, `G0-realtime` and `G1c-ww` contradict nothing: logs
    interleave concurrent senders by design.
    """

    name: str
    sentence: str
    contradicted_by: tuple[str, ...]
    of_pipelines: bool = False


CLAIMS: Registry[Claim] = Registry("claim", "harness.checkers")


def _claim(name: str, sentence: str, *contradicted_by: str, of_pipelines: bool = False) -> None:
    claim = Claim(
        name=name,
        sentence=sentence,
        contradicted_by=contradicted_by,
        of_pipelines=of_pipelines,
    )
    CLAIMS.add(name, claim)


_claim(
    "durability",
    "What was acknowledged or read stays in its log, under the offset it was given.",
    "lost-write",
    "unseen",
    "ghost",
    "forked-offset",
    "inconsistent-offsets",
    "unsent",
)
_claim(
    "ordering",
    "A log holds records in the order in which they were sent and acknowledged.",
    "nonmonotonic-send",
    "int-nonmonotonic-send",
    "realtime-order",
)
_claim("no-duplicates", "A record stands in its log once.", "duplicate")
_claim(
    "integrity",
    "What is read is what was sent, where it was sent, and was not taken back.",
    "phantom",
    "misrouted",
    "G1a",
)
_claim(
    "reading",
    "A reader is given every record of its log, in order.",
    "poll-skip",
    "nonmonotonic-poll",
    "int-poll-skip",
    "int-nonmonotonic-poll",
    "group-skip",
)
_claim(
    "atomicity",
    "A transaction is seen as a whole once it has committed, and before that not at all.",
    "torn-commit",
    "precommitted-read",
    "G1c",
    "G1c-process",
    "G1c-realtime",
)
_claim(
    "progress",
    "What is acknowledged reaches its readers within the time that they were promised.",
    "stuck",
)
_claim(
    "processing-once",
    "A group is handed every record once.",
    "duplicate-processing",
)
_claim(
    "ownership",
    "In one generation of a group a log belongs to one member.",
    "shared-ownership",
)
_claim(
    "sole-ownership",
    "No two members of a group hold one log at one time.",
    "overlapping-ownership",
)
_claim(
    "committed-offsets",
    "What a group commits stays committed, and never goes back unless somebody resets it.",
    "lost-commit",
    "commit-regression",
    "forgotten-commit",
)
_claim(
    "resumption",
    "A group goes on where it committed: it repeats and leaves out no more than commits allow.",
    "uncommitted-skip",
    "committed-repeat",
)
_claim(
    "processing",
    "Every record that processors come to has its result, and results keep the order of a key.",
    "unprocessed",
    "reordered-result",
)
_claim(
    "exactly-once",
    "What a group consumes has its effect once.",
    "double-processing",
)
_claim(
    "retention",
    "Retention removes only what may go, and logs never get a start back that they had lost.",
    "early-removal",
    "start-moved-back",
)
_claim(
    "key-order",
    "Records of a key stand in one partition, and reach a consumer in the order they were sent in.",
    "split-key",
    "reordered-key",
)
_claim(
    "compaction",
    "A compacted log keeps the last record of every key, and tombstones as long as promised.",
    "lost-latest",
    "early-burial",
)
_claim(
    "last-values",
    "Who keeps the last record, or result, of every key ends with what the topic says of it.",
    "resurrected-key",
    "stale-result",
)


_claim(
    "administration",
    "Topics are what their administrators were told they are, and list and description agree.",
    "lost-topic",
    "resurrected-topic",
    "lost-partitions",
    "lost-setting",
    "refused-change",
    "divergent-metadata",
)
_claim(
    "recovery",
    "Once everything is healed, every broker runs, and whoever keeps the metadata.",
    "dead-service",
)
_claim(
    "failover",
    "A dead broker is given up on as soon as its settings ask for.",
    "longer-session",
)


_claim(
    "source-durability",
    "What the source acknowledged is in its binary log and in its tables.",
    "lost-change",
    of_pipelines=True,
)
_claim(
    "capture",
    "Every committed change reaches the topics of every path, as it was, and nothing else does.",
    "missed-change",
    "unlogged-change",
    "phantom-change",
    "torn-transaction",
    "missing-tombstone",
    "undecodable",
    of_pipelines=True,
)
_claim(
    "change-order",
    "The events of a row stand in the order of their commits, each going on where the last ended.",
    "reordered-change",
    "broken-chain",
    of_pipelines=True,
)
_claim(
    "capture-once",
    "Every change reaches the topics of a path once.",
    "duplicate-change",
    of_pipelines=True,
)
_claim(
    "snapshot-once",
    "Snapshots show each row once.",
    "repeated-snapshot",
    of_pipelines=True,
)
_claim(
    "convergence",
    "In the end every copy holds what the source holds, each row once.",
    "missing-row",
    "resurrected-row",
    "stale-row",
    "foreign-row",
    "altered-row",
    "extra-row",
    "duplicate-row",
    of_pipelines=True,
)
_claim(
    "running",
    "In the end every connector and every task of it runs.",
    "failed-task",
    "refused-row",
    of_pipelines=True,
)
_claim(
    "schema-ids",
    "The id of a schema means for ever what it meant when it was given.",
    "aliased-record",
    "schema-id-changed",
    "schema-lost",
    of_pipelines=True,
)
_claim(
    "no-skips",
    "What a sink cannot use is in its dead-letter queue.",
    "skipped-record",
    of_pipelines=True,
)
_claim(
    "freshness",
    "Readers of a copy never see a row go back, nor one staler than they were promised.",
    "nonmonotonic-sighting",
    "stale-beyond-bound",
    of_pipelines=True,
)


def claim_against(kind: str) -> Claim | None:
    """The claim that an anomaly of `kind` contradicts; None for what logs do by design."""
    return next((CLAIMS[name] for name in CLAIMS if kind in CLAIMS[name].contradicted_by), None)
