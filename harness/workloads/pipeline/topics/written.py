"""The topics that a feed has written to: those that its settings tell, and what Connect knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.pipeline.paths import Path
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.naming import Naming


@dataclass(frozen=True, slots=True)
class Written:
    """A topic of a path."""

    topic: str
    """Its real name."""
    name: str
    """As facts call it."""
    partitions: int
    foreseen: bool = False
    """Whether the settings tell of it, so that the harness has made it."""


def written_by(path: Path, naming: Naming, tables: Sequence[str], stack: Stack) -> list[Written]:
    """Every topic of a path that may hold changes of its tables.

    A bare connector writes to what is foreseen. Of any other Connect is asked, but for the topics
    that a connector has for itself.

    Raises:
        HarnessError: Connect does not say where the feed wrote to.
        KafkaException: no broker says how many partitions a topic has.
    """
    foreseen = naming.named(path, tables)
    found = [Written(*each, path.feed.partitions, foreseen=True) for each in foreseen.items()]
    settings = naming.format(path)
    if not settings.customised:
        return found
    prefix = naming.prefix(path)
    own = {*foreseen, *settings.own_topics(prefix)}
    more = [each for each in stack.connect.topics(naming.feed(path)) if each not in own]
    counts = stack.kafka.describe(more) if more else {}
    return found + [
        Written(each, f"{path.name}/{each.removeprefix(prefix).strip('.')}", len(found_in))
        for each, found_in in counts.items()
    ]
