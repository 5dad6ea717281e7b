"""The claims a scenario can make."""

from dataclasses import dataclass

from harness.checkers.kind import KINDS
from harness.kit.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that must hold."""

    name: str
    sentence: str
    of_pipelines: bool = False

    @property
    def contradicted_by(self) -> tuple[str, ...]:
        """The kinds of anomaly that contradict it, the heaviest first."""
        return tuple(name for name, kind in KINDS.items() if kind.claim == self.name)


CLAIMS: Registry[Claim] = Registry("claim", "harness.checkers")


def _claim(name: str, sentence: str, *, of_pipelines: bool = False) -> None:
    CLAIMS.add(name, Claim(name=name, sentence=sentence, of_pipelines=of_pipelines))


_claim(
    "durability",
    "What was acknowledged or read stays in its partition, under the offset it was given.",
)
_claim(
    "ordering", "A partition holds records in the order in which they were sent and acknowledged."
)
_claim("no-duplicates", "A record is in its partition once.")
_claim("integrity", "What is read is what was sent, where it was sent, and was not taken back.")
_claim("reading", "A reader receives every record of its partition, in order.")
_claim(
    "atomicity",
    "A transaction is seen as a whole once it has committed, and not at all before.",
)
_claim("progress", "Acknowledged records reach their readers within the promised time.")
_claim("processing-once", "A group receives every record once.")
_claim("ownership", "In one generation of a group a partition belongs to one member.")
_claim("sole-ownership", "No two members of a group own one partition at one time.")
_claim(
    "committed-offsets",
    "What a group commits stays committed, and never goes back without a reset.",
)
_claim(
    "resumption",
    "A group continues where it committed: it repeats and skips no more than its commits allow.",
)
_claim(
    "processing",
    "Every record that processors come to has its result, and results keep the order of a key.",
)
_claim("exactly-once", "Every record that a group consumes has its effect once.")
_claim(
    "retention",
    "Retention removes only what may go, and the start of a partition never moves back.",
)
_claim(
    "key-order",
    "Records of a key are in one partition, and reach a consumer in the order of sending.",
)
_claim(
    "compaction",
    "A compacted partition keeps the last record of every key, and tombstones as long as promised.",
)
_claim(
    "last-values",
    "A latest-value consumer ends with the topic's latest value, or result, per key.",
)


_claim(
    "administration",
    "Topics are in the state that their administrators' requests produced, and list and "
    "description agree.",
)
_claim("recovery", "Once every fault is healed, every broker and metadata node is running.")
_claim("failover", "A dead broker's session expires within its configured time-out.")


_claim(
    "source-durability",
    "What the source acknowledged is in the source log and in its tables.",
    of_pipelines=True,
)
_claim(
    "capture",
    "Every committed change reaches the topics of every path, as it was, and nothing else does.",
    of_pipelines=True,
)
_claim(
    "change-order",
    "The events of a row are in the order of their commits, each starting where the last ended.",
    of_pipelines=True,
)
_claim("capture-once", "Every change reaches the topics of a path once.", of_pipelines=True)
_claim("snapshot-once", "Snapshots show each row once.", of_pipelines=True)
_claim(
    "convergence",
    "At the end every copy equals the source, with each row once.",
    of_pipelines=True,
)
_claim("running", "At the end every connector and every task is running.", of_pipelines=True)
_claim(
    "schema-ids",
    "The id of a schema keeps the meaning that it had when it was given.",
    of_pipelines=True,
)
_claim("no-skips", "What a sink cannot use is in its dead-letter queue.", of_pipelines=True)
_claim(
    "freshness",
    "Readers of a copy never see a row go back, and no row is staler than promised.",
    of_pipelines=True,
)
