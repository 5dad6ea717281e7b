"""What a run's databases, topics, connectors and keys are called: nobody else's names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.pipeline.feed_format import FeedFormat
from harness.model.pipeline.paths import Copy, Path

_ODD = re.compile(r"[^a-z0-9]+")
NAME_MAX = 48
"""MySQL allows 64 characters for a database; the rest is for what is put before and behind."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Names that carry the run's own.

    Args:
        run: name of the run, safe for MySQL, Kafka and Connect alike.
    """

    run: str

    @classmethod
    def of(cls, run: str) -> "Naming":
        """Names for the run of that name."""
        name = _ODD.sub("_", run.lower()).strip("_")[:NAME_MAX].rstrip("_")
        # In Avro a topic may become a namespace, which begins with a letter.
        return cls(name if name[:1].isalpha() else f"r{name}")

    @property
    def source(self) -> str:
        """The database that writers write to."""
        return f"src_{self.run}"

    def copies(self, path: Path, copy: Copy) -> str:
        """The database that a copy's tables are in."""
        return f"dst_{self.run}_{path.name}_{copy.name}"[:64].replace("-", "_")

    def topic(self, path: Path, table: str) -> str:
        """The topic of a table's changes on a path, as far as its settings tell where they go."""
        plain = f"{self.prefix(path)}.{self.source}.{table}"
        return self.format(path).topic(self.prefix(path), self.source, table) or plain

    def topics(self, path: Path, tables: Sequence[str]) -> list[str]:
        """The topics of a path, each once: several tables may share one."""
        return list(dict.fromkeys(self.topic(path, table) for table in tables))

    def named(self, path: Path, tables: Sequence[str]) -> dict[str, str]:
        """By the real name of each topic of a path: its name in facts, the tables in it."""
        shared: dict[str, list[str]] = {}
        for table in tables:
            shared.setdefault(self.topic(path, table), []).append(table)
        return {topic: f"{path.name}/{'+'.join(names)}" for topic, names in shared.items()}

    def format(self, path: Path) -> FeedFormat:
        """What the settings of a path's feed say of its records."""
        return FeedFormat.named(path.feed, self.prefix(path), self.source)

    def prefix(self, path: Path) -> str:
        """What the topics of a path begin with."""
        return f"{self.run}.{path.name}"

    def feed(self, path: Path) -> str:
        """The connector that feeds a path."""
        return f"{self.run}-{path.name}-feed"

    def connector(self, path: Path, copy: Copy) -> str:
        """The connector that fills a copy; also the group of a consumer that does."""
        return f"{self.run}-{path.name}-{copy.name}"

    def entries(self, place: str) -> str:
        """What all keys of the place of that name, in a cache, begin with."""
        return f"{self.run}:{place}:"

    @property
    def oracle(self) -> str:
        """Who reads the whole log of the source in the end."""
        return f"{self.run}-oracle"
