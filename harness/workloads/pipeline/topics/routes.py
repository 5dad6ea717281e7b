"""Which table a record of a change topic is of, whatever way it was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.model.pipeline.feed_format import IDENTIFIER, FeedFormat

TOLD_IN = ("__table", "__source_table")
"""Fields of a row, or headers, by which unwrapping tells of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The tables of a source, and the topics that their changes are sent to."""

    topics: Mapping[str, tuple[str, ...]]
    """By the real name of a topic: the tables whose changes it carries; all of them may go to a
    topic that is not here."""
    tables: tuple[str, ...]
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """By what a key says of its table: the table."""
    identifier: str = IDENTIFIER
    """The field of a key that says it."""

    @classmethod
    def of(
        cls, found: FeedFormat, topics: Mapping[str, str], prefix: str, database: str
    ) -> "Routes":
        """The routes of a feed.

        Args:
            found: what its settings say.
            topics: the topic of each table.
            prefix: of the path's topics.
            database: of the source.
        """
        shared: dict[str, tuple[str, ...]] = {}
        for table, topic in topics.items():
            shared[topic] = (*shared.get(topic, ()), table)
        tables = tuple(topics)
        return cls(
            topics=shared,
            tables=tables,
            identifiers=found.identifiers(prefix, database, tables),
            identifier=found.identifier,
        )

    def told(self, key: Any, value: Any, headers: Mapping[str, bytes]) -> str | None:  # noqa: ANN401
        """The table that a record names itself; it need not be one of the workload's."""
        if isinstance(value, dict):
            source = value.get("source")
            if isinstance(source, dict) and source.get("table"):
                return str(source["table"])
            for name in TOLD_IN:
                if value.get(name):
                    return str(value[name])
        for name in TOLD_IN:
            if name in headers:
                return headers[name].decode()
        if isinstance(key, dict) and self.identifier in key:
            return self.identifiers.get(str(key[self.identifier]))
        return None

    def alone(self, topic: str) -> str | None:
        """The table whose changes are all that a topic carries."""
        tables = self.topics.get(topic, self.tables)
        return tables[0] if len(tables) == 1 else None
