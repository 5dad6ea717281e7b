"""Sets up what a pipeline consists of on a stack, and takes it away again."""

import logging
from collections.abc import Callable, Mapping, Sequence

import msgspec
from confluent_kafka import KafkaException

from harness.history.journal import Journal
from harness.kit.errors import HarnessError
from harness.model.pipeline.paths import CONNECTORS, Copy, Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.powers import OwnPrograms
from harness.model.ports.stack import Stack
from harness.model.workload import Topic
from harness.workloads.pipeline.copies.cache_copy import CacheWorker
from harness.workloads.pipeline.copies.sinks import jdbc_sink
from harness.workloads.pipeline.feeds.connectors import start_feed
from harness.workloads.pipeline.feeds.own_programs import Supervisor, own_programs, run_program
from harness.workloads.pipeline.feeds.python_path import PYTHON_FEEDS, feed_workers, table_workers
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems
from harness.workloads.pipeline.topics import dead_letters
from harness.workloads.worker import Worker

log = logging.getLogger(__name__)


class Assembly:
    """Topics, feeds and copies of a pipeline, under the run's name.

    Args:
        reads: how many reads of copies there have been so far.
        systems: the source, and where copies and caches are.
        fillers: what the columns of each table of the source are filled with.
    """

    def __init__(
        self,
        workload: PipelineWorkload,
        naming: Naming,
        *,
        stack: Stack,
        systems: Systems,
        journal: Journal,
        reads: Callable[[], int],
        fillers: Callable[[], Mapping[str, Mapping[str, str]]],
    ) -> None:
        self._workload = workload
        self._tables = [table.name for table in workload.tables]
        self._naming = naming
        self._stack = stack
        self._systems = systems
        self._journal = journal
        self._reads = reads
        self._fillers = fillers

    def start(self) -> list[Worker]:
        """Start every feed and every copy; the workers that are part of them."""
        movers: list[Worker] = []
        for path in self._workload.paths:
            self._create_topics(path)
            movers += self._start_feed(path)
            for copy in path.copies:
                movers += self._start_copy(path, copy)
        if any(own_programs(self._workload)):
            movers.append(Supervisor(self._stack))
        return movers

    def forget(self) -> None:
        """Delete programs, connectors, topics, databases and keys; never raises."""
        if any(own_programs(self._workload)):
            self.quietly(self._stack.power(OwnPrograms).remove_all)
        for path in self._workload.paths:
            written = self._written(path)
            if path.feed.kind in CONNECTORS:
                self.quietly(self._stack.connect.delete, self._naming.feed(path))
            for copy in path.copies:
                self.quietly(self._forget_copy, path, copy)
            self.quietly(self._forget_topics, path, written)
        for each in self._workload.caches:
            self.quietly(self._systems.cache(each).drop)
        self.quietly(self._systems.source.drop)

    def _forget_topics(self, path: Path, written: Sequence[str]) -> None:
        """Those of its tables, and those that connectors made: a schema history, what was routed.

        Args:
            path: whose.
            written: what its connector has written to, whatever it is called.
        """
        created = self._naming.topics(path, self._tables)
        mine = f"{self._naming.prefix(path)}."
        for name in self._stack.kafka.topics.names():
            if name.startswith(mine) or name in created or name in written:
                self.quietly(self._stack.kafka.delete_topic, name)

    def _written(self, path: Path) -> Sequence[str]:
        """The topics that the connector of a path has written to."""
        if path.feed.kind not in CONNECTORS:
            return ()
        try:
            return self._stack.connect.topics(self._naming.feed(path))
        except HarnessError as error:
            log.warning("the topics of %s could not be listed: %s", path.name, error)
            return ()

    def _create_topics(self, path: Path) -> None:
        for name, label in self._naming.named(path, self._tables).items():
            partitions = path.feed.partitions
            settings = path.feed.topic_settings
            self._stack.kafka.create_topic(
                Topic(name=name, partitions=partitions, settings=settings)
            )
            if path.feed.compatibility is not None:
                self._stack.registry.set_compatibility(path.feed.compatibility, f"{name}-value")
            self._journal.topic(label, partitions)
        for table, schema in path.feed.schemas.items():
            if table in self._tables:
                topic = self._naming.topic(path, table)
                self._stack.registry.register(f"{topic}-value", schema)

    def _start_feed(self, path: Path) -> list[Worker]:
        if path.feed.kind == "program":
            self._run_program(path, None)
            return []
        if path.feed.kind in PYTHON_FEEDS:
            source = self._systems.source
            return feed_workers(path, self._naming, self._tables, stack=self._stack, source=source)
        start_feed(path, self._naming, self._tables, stack=self._stack, systems=self._systems)
        return []

    def _start_copy(self, path: Path, copy: Copy) -> list[Worker]:
        made = (path, copy, self._naming, self._tables)
        if not copy.cache:
            self._create_copy(path, copy)
        match copy.kind:
            case "program":
                self._run_program(path, copy)
            case "table":
                store = self._systems.tables(path, copy)
                return table_workers(*made, stack=self._stack, store=store)
            case "jdbc":
                self._start_sink(path, copy)
            case _:
                cache = self._systems.entries(path, copy)
                return [CacheWorker(*made, stack=self._stack, cache=cache, reads=self._reads)]
        return []

    def _run_program(self, path: Path, copy: Copy | None) -> None:
        run_program(
            path, copy, self._naming, self._tables, stack=self._stack, systems=self._systems
        )

    def _start_sink(self, path: Path, copy: Copy) -> None:
        name = self._naming.connector(path, copy)
        if queue := dead_letters.queue_of(path, copy, self._naming):
            self._stack.kafka.create_topic(Topic(name=queue))
        settings = jdbc_sink(
            path, copy, self._naming, self._tables, stack=self._stack, systems=self._systems
        )
        self._stack.connect.create(name, settings)
        self._stack.connect.wait_running(name)

    def _create_copy(self, path: Path, copy: Copy) -> None:
        tables = [
            msgspec.structs.replace(table, ddl=copy.ddl.get(table.name, table.ddl))
            for table in self._workload.tables
        ]
        # As the sink makes it by itself: without a key of its own it makes a table without one.
        keyed = copy.settings.get("primary.key.mode") != "none"
        # Our own feeds and consumers know of every row its key and its version.
        bare = copy.kind == "table" or path.feed.kind in PYTHON_FEEDS
        self._systems.tables(path, copy).create(
            tables,
            keyed=keyed,
            unique=keyed and copy.kind in {"table", "jdbc"},
            plain=[table for table in self._tables if table not in copy.ddl],
            fillers=self._fillers() if bare else {},
        )

    def _forget_copy(self, path: Path, copy: Copy) -> None:
        if copy.kind == "jdbc":
            self._stack.connect.delete(self._naming.connector(path, copy))
        if queue := dead_letters.queue_of(path, copy, self._naming):
            self._stack.kafka.delete_topic(queue)
        self._systems.copy(path, copy).drop()

    def quietly(self, act: Callable[..., None], *arguments: object) -> None:
        """Do a part of what `forget` does; never raises."""
        errors: tuple[type[Exception], ...] = (HarnessError, KafkaException, *self._systems.errors)
        try:
            act(*arguments)
        except errors as error:
            # What is left over carries the run's name and is in nobody's way.
            log.warning("a topic or table of the run could not be deleted: %s", error)
