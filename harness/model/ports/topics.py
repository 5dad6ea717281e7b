"""Administration of topics, as its callers need it; named as in `harness.model.ports.stack`."""

from typing import Protocol

from harness.model.value import Settings
from harness.model.workload import Topic


class Topics(Protocol):
    """Administration of topics: every call is one request, and raises when it is not granted."""

    def create(self, topic: Topic) -> None:
        """Create `topic`; it may take a moment until every broker knows it."""

    def add_partitions(self, name: str, total: int) -> None:
        """Let a topic have `total` partitions."""

    def configure(self, name: str, settings: Settings) -> None:
        """Change settings of a topic; those that are not named stay."""

    def delete(self, name: str) -> None:
        """Delete a topic."""

    def names(self) -> tuple[str, ...]:
        """Every topic that the cluster has, its own among them, in order."""

    def effective(self, name: str) -> Settings:
        """All settings that a topic runs with, its own or not, as texts."""

    def settings(self, name: str) -> Settings:
        """The settings that a topic has of its own, as texts."""
