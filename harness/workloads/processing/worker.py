"""The harness's side of a worker: starts it, records what it tells, knows how far it has come."""

from collections.abc import Iterator

import msgspec

from harness.history.journal import Columns, Journal
from harness.history.tables import OUTCOMES
from harness.kit.barrier import Barrier
from harness.kit.clock import Clock
from harness.model.pipeline.program import Program
from harness.model.ports.kafka import Kafka
from harness.model.ports.powers import OwnPrograms
from harness.model.ports.stack import Stack
from harness.workloads.processing.child import MAIN
from harness.workloads.processing.job import Job
from harness.workloads.processing.life import Life
from harness.workloads.processing.pool import interleaved
from harness.workloads.processing.trace import Begun, Named, Reached, Rows, TraceReader

LOOK_EVERY_S = 0.02
LAST_WORDS = 300


class ProcessorWorker:
    """One worker of a kind: in a process of its own, or, where nothing runs by itself, stepped.

    `reached` is how far its present life has come in each partition of the source.
    """

    def __init__(self, job: Job, *, stack: Stack, journal: Journal, clock: Clock) -> None:
        self.name = job.name
        self.kind = job.spec.name
        self.reached: dict[int, int] = {}
        self.results = 0
        """Acknowledged results, over all its lives."""
        self._job = job
        self._stack = stack
        self._journal = journal
        self._clock = clock
        self._errors: dict[int, int] = {}
        self._life: Life | None = None
        self._steps: Iterator[float] = iter(())
        self._incarnation = ""
        environment = {"JOB": msgspec.json.encode(job).decode()}
        program = Program(function=MAIN)
        self._kafka = stack.power(OwnPrograms).run(job.name, program, environment)
        folder = stack.power(OwnPrograms).folder(job.name)
        assert folder is not None  # noqa: S101 - it has just been given one
        self._folder = folder
        self._trace = TraceReader(folder)

    def step(self) -> float:
        """Record what it has told since, or let it do its next piece of work."""
        if self._kafka is not None:
            return self._step_life(self._kafka)
        self._record()
        return LOOK_EVERY_S

    def close(self) -> None:
        """Let it finish the batch in hand and leave its group."""
        if self._life is not None:
            self._life.end()
            for _ in self._steps:
                pass
        self._stack.services.stop(self.name)
        self._record()

    def unemployed(self) -> str | None:
        """None once it has made a result; else that it has not, and what it printed last."""
        if self.results:
            return None
        printed = (
            self._stack.services.logs(self.name)[-LAST_WORDS:].decode(errors="replace").strip()
        )
        state = self._stack.services.state(self.name)
        return f"no result; it is {state}, and its last output is: {printed or '-'}"

    def _begin(self) -> int:
        self.reached = {}
        return self._journal.process(self.name, "processor", self.kind, self._job.group)

    def _reach(self, partition: int, offset: int) -> None:
        self.reached[partition] = offset

    def _record(self) -> None:
        for told in self._trace.new():
            match told:
                case Begun():
                    self._errors = {}
                    self._trace.identify(told.life, self._begin())
                case Named():
                    self._errors[told.error] = self._journal.error(told.name)
                case Rows():
                    self.append(told.table, self._with_names(told.columns))
                case Reached():
                    self._reach(told.partition, told.offset)

    def append(self, table: str, columns: Columns) -> None:
        """Record rows of a life; what is counted of them is counted here."""
        if table == "deliveries":
            self.results += list(columns["outcome"]).count(OUTCOMES.index("ok"))
        self._journal.append(table, columns)

    def error(self, name: str) -> int:
        """The journal's number of an error."""
        return self._journal.error(name)

    def _with_names(self, columns: dict[str, list[int]]) -> Columns:
        """The columns with the journal's numbers of errors in place of the life's own."""
        if "error" not in columns:
            return columns
        return {**columns, "error": [each and self._errors[each] for each in columns["error"]]}

    def _step_life(self, kafka: Kafka) -> float:
        if self._stack.services.state(self.name) != "running":
            return LOOK_EVERY_S
        incarnation = self._stack.services.incarnation(self.name)
        barrier = Barrier(self._folder)
        if incarnation != self._incarnation:
            self._incarnation = incarnation
            barrier.begin()
            self._life = None
        if self._life is None:
            self._life = Life(
                self._job,
                self._begin(),
                kafka=kafka,
                records=self,
                barrier=barrier,
                clock=self._clock,
                reached=self._reach,
            )
            self._steps = interleaved(self._life.run(), self._life.lanes)
        wait_s = next(self._steps, None)
        if wait_s is None:
            self._life = None
        return wait_s or 0.0
