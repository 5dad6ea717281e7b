"""The traffic of a pipeline workload."""

from collections.abc import Callable, Iterator
from functools import partial

from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.kit.waits import NS_PER_S
from harness.model.members import NOBODY
from harness.model.pipeline.hops import cache_place, copy_place, topic_place
from harness.model.pipeline.paths import CONNECTORS, Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.groups import Members
from harness.model.ports.powers import OwnPrograms
from harness.model.ports.source import Follower
from harness.model.ports.stack import Stack
from harness.model.scenario import Plan
from harness.workloads.pipeline.assembly import Assembly
from harness.workloads.pipeline.copies.app_cache import AppCache, app_cache_settings
from harness.workloads.pipeline.copies.racing import RaceWorker, race_workers
from harness.workloads.pipeline.drain import Drain
from harness.workloads.pipeline.feeds.standstill import Standstill
from harness.workloads.pipeline.gated import Gated
from harness.workloads.pipeline.late import Arrivals
from harness.workloads.pipeline.marks import Marks
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.passage import Passage
from harness.workloads.pipeline.reading import reader_workers
from harness.workloads.pipeline.recording import Recorder
from harness.workloads.pipeline.source.kept_log import KeptLog, LogKeeper
from harness.workloads.pipeline.source.source_tables import SourceTables
from harness.workloads.pipeline.systems import Systems
from harness.workloads.pipeline.writing import WriterWorker
from harness.workloads.traffic import Condition, FinalRead, bounds_of
from harness.workloads.worker import Worker


class PipelineTraffic:
    """Writers, feeds and copies under the run's name.

    Feeds and copies run before the first write, so nothing but what `SourceTable.rows` asks for is
    there for a snapshot to find.
    """

    def __init__(
        self,
        workload: PipelineWorkload,
        plan: Plan,
        run: str,
        *,
        stack: Stack,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._workload = workload
        self._stack = stack
        self._clock = clock
        self._naming = Naming.of(run)
        self._tables = [table.name for table in workload.tables]
        self._systems = Systems(workload, self._naming, stack)
        self._source = self._systems.source
        self._source.check(workload)
        self._log: Follower = self._source.follow(self._naming.oracle, self._tables)
        keepers: list[Worker] = []
        if not self._source.keeps_log:
            self._log = kept = KeptLog(self._log, self._source.errors)
            keepers.append(LogKeeper(kept))
        self._quiet_ns = clock.now_ns()
        systems = self._systems
        self._marks = Marks(
            workload, self._naming, stack=stack, journal=journal, clock=clock, systems=systems
        )
        tables = SourceTables(workload, self._source, journal)
        self._assembly = Assembly(
            workload,
            self._naming,
            stack=stack,
            systems=systems,
            journal=journal,
            reads=self._reads,
            fillers=tables.fillers,
        )
        try:
            tables.create()
            self._drain = Drain(
                workload, self._naming, systems, stack=stack, journal=journal, clock=clock
            )
            tables.prefill()
            movers = self._assembly.start()
            tables.write_referred()
        except BaseException:
            self.forget()  # whoever asked for this traffic does not get it to forget
            raise
        writers = [
            WriterWorker(
                spec,
                number,
                self._source,
                recorder=Recorder(journal, clock, f"{spec.name}-{number}", "writer", spec.name),
                seed=plan.streams[f"{spec.name}-{number}"],
                arrivals=partial(Arrivals, workload, self._naming, stack),
                caches=[AppCache(each, systems.cache(each)) for each in workload.caches],
            )
            for spec in workload.writers
            for number in range(spec.count)
        ]
        self._writers = tuple(writers)
        self._races = race_workers(workload, systems, journal=journal, clock=clock)
        self._readers = reader_workers(workload, systems, journal=journal, clock=clock)
        restarted = workload.auto_restart
        standstill = Standstill(stack, {} if restarted else self.connectors, clock)
        self._passage = Passage(workload, self._marks, standstill, stack)
        begin: tuple[Worker, ...] = (*writers, *self._races)
        gated = [Gated(each, self._passage.gate) for each in begin]
        self.workers: tuple[Worker, ...] = (*keepers, *movers, *gated, *self._readers)

    @property
    def topics(self) -> dict[str, str]:
        """Topics as steps and reports name them: `path/table`."""
        return {
            self._topic(path, table): self._naming.topic(path, table)
            for path in self._workload.paths
            for table in self._tables
        }

    @property
    def groups(self) -> dict[str, str]:
        """Readers of a pipeline's topics are judged by what comes out of them."""
        return {}

    @property
    def members(self) -> Members:
        """It has none that a step could tell to hang or to leave."""
        return NOBODY

    @property
    def connectors(self) -> dict[str, str]:
        """Place → the connector that fills it."""
        found = {}
        for path in self._workload.paths:
            if path.feed.kind in CONNECTORS:
                found[topic_place(path)] = self._naming.feed(path)
            for copy in path.copies:
                if copy.kind in CONNECTORS:
                    found[copy_place(path, copy)] = self._naming.connector(path, copy)
        return found

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """Topics, tables and connectors as steps name them."""
        tables = {table: f"{self._naming.source}.{table}" for table in self._tables}
        return {"topic": self.topics, "table": tables, "connector": self.connectors}

    @property
    def sent(self) -> int:
        """Transactions begun so far."""
        return sum(writer.sent for writer in self._writers)

    @property
    def acked(self) -> int:
        """Transactions committed so far, as far as writers know."""
        return sum(writer.acked for writer in self._writers)

    @property
    def results(self) -> int:
        """None: there are no processors."""
        return 0

    @property
    def reads(self) -> int:
        """None: there are no consumers that stand for themselves."""
        return 0

    @property
    def changes(self) -> int:
        """None: there are no administrators."""
        return 0

    def ready(self) -> Iterator[Condition]:
        """Every program has moved a row: only then it is at work, and writers begin."""
        return self._passage.ready()

    def underway(self) -> Iterator[Condition]:
        """Nothing else."""
        yield from ()

    def bounds(self) -> tuple[int, int]:
        """Where all logs start, and end as far as readers may read, added up."""
        return bounds_of(self._stack.kafka, self.topics.values(), self._clock)

    def uncleaned(self) -> Callable[[], str | None]:
        """The logs of a pipeline are not compacted."""
        return lambda: None

    def quiet(self) -> None:
        """Begin no more transactions."""
        for writer in self._writers:
            writer.quiet()
        self._quiet_ns = self._clock.now_ns()

    def reported(self) -> Iterator[Condition]:
        """No late transaction is open, and every race has been run.

        For any other answer a writer waits itself.
        """
        yield "late transactions to commit", self._open
        for race in self._races:
            yield f"the races of {race.name} to finish", partial(_unrun, race)

    def processed(self) -> Iterator[Condition]:
        """Nothing: no worker of a pipeline makes writes of others'."""
        yield from ()

    def sends_ended(self) -> None:
        """Nothing: no reader of a pipeline waits for it."""

    def caught_up(self) -> Iterator[Condition]:
        """End marks have come out everywhere, and so has what they may overtake."""
        for each in self._workload.caches:
            living = partial(self._outlived, app_cache_settings(each).ttl_s)
            yield f"what {cache_place(each)} contained at the last write to expire", living
        if self._workload.paths:
            yield from self._passage.done()

    def final_read(self, limit_s: float) -> FinalRead:
        """Read the source with its log, every topic and every copy.

        Programs are told to end before that.
        """
        self._marks.close()
        self._stack.power(OwnPrograms).finish_all()
        return self._drain.read(self._log, limit_s)

    def forget(self) -> None:
        """Delete programs, connectors, topics, databases and keys."""
        self._assembly.quietly(self._log.close)
        self._assembly.forget()

    def _reads(self) -> int:
        return sum(reader.reads for reader in self._readers)

    def _open(self) -> str | None:
        still = [writer.name for writer in self._writers if writer.is_open]
        return f"open: {', '.join(still)}" if still else None

    def _outlived(self, ttl_s: float) -> str | None:
        left_s = ttl_s - (self._clock.now_ns() - self._quiet_ns) / NS_PER_S
        return f"{left_s:.1f} s of {ttl_s:g} s are left" if left_s > 0 else None

    def _topic(self, path: Path, table: str) -> str:
        return f"{path.name}/{table}"


def _unrun(race: RaceWorker) -> str | None:
    return f"{race.missing} are not" if race.missing else None
