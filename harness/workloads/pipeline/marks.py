"""Rows by which a run sees that a pipeline is at work, and that everything has come through."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from confluent_kafka import KafkaException

from harness.history.journal import END_MARK, Journal
from harness.kit.clock import Clock
from harness.model.pipeline.hops import copy_place, topic_place
from harness.model.pipeline.paths import Copy, Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.stack import Stack
from harness.model.rows import FIRST_KEYS, MARK_KEYS
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.rounds import Found, Look, Rounds, UnansweredError
from harness.workloads.pipeline.systems import Systems
from harness.workloads.pipeline.topics.topic_view import TopicView

T = TypeVar("T")
MARKS_PER_PARTITION = 12
"""End marks for each partition of a table's topic: enough to hit every one, whatever the hash."""
FIRST_ROW = "first-row"
OVERTAKEN_ROUNDS = 2
"""So many rounds more must overtake what a copy that keeps no order lacks."""


def keeps_no_order(path: Path, copy: Copy) -> bool:
    """Whether rows may overtake each other: in a pool of threads, or in someone's own program."""
    threads = int(copy.settings.get("threads", 1)) if copy.kind == "table" else 1
    return threads > 1 or "program" in (path.feed.kind, copy.kind)


class Marks:
    """Writes rows of the harness's own into the source, and looks for them where they come out.

    They come out of every copy, and of the topics of a path without one.
    """

    def __init__(
        self,
        workload: PipelineWorkload,
        naming: Naming,
        *,
        stack: Stack,
        journal: Journal,
        clock: Clock,
        systems: Systems,
    ) -> None:
        self._workload = workload
        self._tables = [table.name for table in workload.tables]
        self._systems = systems
        self._errors: tuple[type[Exception], ...] = (*systems.errors, KafkaException)
        self._views = {
            topic_place(path): TopicView(path, naming, self._tables, stack)
            for path in workload.paths
            if not path.copies
        }
        looks: dict[str, Look] = {
            **{place: partial(self._answered, view.look) for place, view in self._views.items()},
            **{
                copy_place(path, copy): partial(self._answered, partial(self._held, path, copy))
                for path in workload.paths
                for copy in path.copies
            },
        }
        partitions = max((path.feed.partitions for path in workload.paths), default=0)
        self.first, self.ends = (
            Rounds(
                name,
                keys=range(key, key + count),
                tables=self._tables,
                write=self._write,
                looks=looks,
                journal=journal,
                clock=clock,
            )
            for name, key, count in (
                (FIRST_ROW, FIRST_KEYS, 1),
                (END_MARK, MARK_KEYS, MARKS_PER_PARTITION * partitions),
            )
        )
        """Rows that show that a program moves rows; and rows behind which nothing comes."""

    def overtaking(self, path: Path, copy: Copy) -> Callable[[str], str | None]:
        """A probe: what a copy that keeps no order lacks, as long as it may be on its way."""
        differs = partial(self._differs, path, copy)
        return lambda place: self.ends.overtaking(place, differs, OVERTAKEN_ROUNDS)

    def close(self) -> None:
        """Hang up."""
        for view in self._views.values():
            view.close()

    def _write(self, rows: Mapping[str, Mapping[int, int]]) -> None:
        self._answered(partial(self._systems.source.replace, rows))

    def _answered(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except self._errors as error:
            raise UnansweredError(str(error)) from error

    def _held(self, path: Path, copy: Copy) -> Found:
        store = self._systems.copy(path, copy)
        return {table: dict(store.rows(table)) for table in self._tables}

    def _differs(self, path: Path, copy: Copy) -> str | None:
        try:
            for table in self._tables:
                there = dict(self._systems.copy(path, copy).rows(table))
                true = dict(self._systems.source.rows(table))
                wrong = sum(true.get(key) != version for key, version in there.items())
                lacking = len(true.keys() - there.keys()) if copy.holds == "equal" else 0
                if wrong or lacking:
                    return f"{wrong} rows of {table} differ from the source, {lacking} are missing"
        except self._errors as error:
            return f"it cannot be read: {error}"
        return None
