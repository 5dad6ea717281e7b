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
    "durability", "What was acknowledged or read stays in its log, under the offset it was given."
)
_claim("ordering", "A log holds records in the order in which they were sent and acknowledged.")
_claim("no-duplicates", "A record stands in its log once.")
_claim("integrity", "What is read is what was sent, where it was sent, and was not taken back.")
_claim("reading", "A reader is given every record of its log, in order.")
_claim(
    "atomicity",
    "A transaction is seen as a whole once it has committed, and before that not at all.",
)
_claim(
    "progress", "What is acknowledged reaches its readers within the time that they were promised."
)
_claim("processing-once", "A group is handed every record once.")
_claim("ownership", "In one generation of a group a log belongs to one member.")
_claim("sole-ownership", "No two members of a group hold one log at one time.")
_claim(
    "committed-offsets",
    "What a group commits stays committed, and never goes back unless somebody resets it.",
)
_claim(
    "resumption",
    "A group goes on where it committed: it repeats and leaves out no more than commits allow.",
)
_claim(
    "processing",
    "Every record that processors come to has its result, and results keep the order of a key.",
)
_claim("exactly-once", "What a group consumes has its effect once.")
_claim(
    "retention",
    "Retention removes only what may go, and logs never get a start back that they had lost.",
)
_claim(
    "key-order",
    "Records of a key stand in one partition, and reach a consumer in the order they were sent in.",
)
_claim(
    "compaction",
    "A compacted log keeps the last record of every key, and tombstones as long as promised.",
)
_claim(
    "last-values",
    "Who keeps the last record, or result, of every key ends with what the topic says of it.",
)


_claim(
    "administration",
    "Topics are what their administrators were told they are, and list and description agree.",
)
_claim("recovery", "Once everything is healed, every broker runs, and whoever keeps the metadata.")
_claim("failover", "A dead broker is given up on as soon as its settings ask for.")


_claim(
    "source-durability",
    "What the source acknowledged is in its binary log and in its tables.",
    of_pipelines=True,
)
_claim(
    "capture",
    "Every committed change reaches the topics of every path, as it was, and nothing else does.",
    of_pipelines=True,
)
_claim(
    "change-order",
    "The events of a row stand in the order of their commits, each going on where the last ended.",
    of_pipelines=True,
)
_claim("capture-once", "Every change reaches the topics of a path once.", of_pipelines=True)
_claim("snapshot-once", "Snapshots show each row once.", of_pipelines=True)
_claim(
    "convergence",
    "In the end every copy holds what the source holds, each row once.",
    of_pipelines=True,
)
_claim("running", "In the end every connector and every task of it runs.", of_pipelines=True)
_claim(
    "schema-ids",
    "The id of a schema means for ever what it meant when it was given.",
    of_pipelines=True,
)
_claim("no-skips", "What a sink cannot use is in its dead-letter queue.", of_pipelines=True)
_claim(
    "freshness",
    "Readers of a copy never see a row go back, nor one staler than they were promised.",
    of_pipelines=True,
)
