"""Administration of topics as traffic: who does it, and the words that a history has for it."""

from typing import Annotated

from msgspec import Meta

from harness.model.ranges import Name, Partitions, Rate, Replicas, Workers
from harness.model.value import Value

CHANGES = ("create", "add-partitions", "configure", "delete")
"""Operations that change a topic, by their names in a history."""
LOOKS = ("list", "describe")
"""Operations that see topics: whether they exist, or all about one."""
ASPECTS = ("exists", "partitions", "replicas", "retention.ms", "cleanup.policy")
"""What an operation asks of a topic, or sees of it; each is a whole number."""
POLICIES = ("delete", "compact")
"""What the number of a `cleanup.policy` means."""


def as_setting(aspect: str, value: int) -> str:
    """`partitions=3`, `cleanup.policy=compact`: an aspect of a topic as people read it."""
    named = aspect == "cleanup.policy" and 0 <= value < len(POLICIES)
    return f"{aspect}={POLICIES[value] if named else value}"


class Administrators(Value, frozen=True, kw_only=True):
    """Administrators of one kind: each creates topics of its own, changes, deletes and views them.

    What each does next is drawn from its seed. Now and then it asks for what no cluster grants,
    which must then be refused and change nothing. A name that it has deleted it uses again, but a
    topic of which it was not told what became of a change it leaves alone from then on: what it
    asked for may still happen at any time.
    """

    name: Name = "administrator"
    count: Workers = 1
    topics: Annotated[int, Meta(ge=1, le=100)] = 3
    """How many topics each keeps, beside those that it leaves alone."""
    replicas: Replicas = 3
    partitions_max: Partitions = 6
    rate_per_s: Rate = 20.0
    """Operations per second of each; one that takes longer delays the next."""
