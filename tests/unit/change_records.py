"""Records of change topics as a client hands them out, and what reads them."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import cast

from harness.model.pipeline.feed_format import FeedFormat
from harness.model.pipeline.paths import Feed
from harness.model.ports.clients import Message
from harness.model.ports.stack import Stack
from harness.model.rows import Column, Columns
from harness.systems.mysql.texts import family_of
from harness.workloads.pipeline.topics.decoding import Decoder
from harness.workloads.pipeline.topics.routes import Routes

BARE = Feed(kind="debezium")


def columns(**declared: str) -> Columns:
    """Columns of MySQL whose values can be compared."""
    return {
        name: Column(kind, family)
        for name, kind in declared.items()
        if (family := family_of(kind)) is not None
    }


def message(
    key: bytes | None,
    value: bytes | None,
    *,
    topic: str = "topic",
    headers: Sequence[tuple[str, bytes]] = (),
) -> Message:
    """A record of partition 0."""
    found = SimpleNamespace(
        topic=lambda: topic,
        partition=lambda: 0,
        offset=lambda: 0,
        key=lambda: key,
        value=lambda: value,
        headers=lambda: list(headers) or None,
    )
    return cast("Message", found)


def decoder(
    stack: object,
    topics: Mapping[str, str],
    wanted: Mapping[str, Columns] | None = None,
    *,
    feed: Feed = BARE,
) -> Decoder:
    """A reader of what `feed` writes, one topic for each table."""
    carried = {topic: (table,) for topic, table in topics.items()}
    routes = Routes(topics=carried, tables=tuple(dict.fromkeys(topics.values())))
    return Decoder(cast("Stack", stack), FeedFormat(feed), routes, wanted)
