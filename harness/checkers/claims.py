"""The claims a scenario can make, each with the kinds of anomaly that contradict it."""

from dataclasses import dataclass

from harness.kit.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that must hold.

    `int-send-skip` contradicts nothing: logs interleave concurrent senders by design.
    """

    name: str
    sentence: str
    contradicted_by: tuple[str, ...]


CLAIMS: Registry[Claim] = Registry("claim", "harness.checkers")


def _claim(name: str, sentence: str, *contradicted_by: str) -> None:
    CLAIMS.add(name, Claim(name=name, sentence=sentence, contradicted_by=contradicted_by))


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
    "processing-once",
    "A group is handed every record once.",
    "duplicate-processing",
)


def claim_against(kind: str) -> Claim | None:
    """The claim that an anomaly of `kind` contradicts; None for `int-send-skip`."""
    return next((CLAIMS[name] for name in CLAIMS if kind in CLAIMS[name].contradicted_by), None)
