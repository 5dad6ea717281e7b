"""A producer that writes in transactions: at a rate, some aborted, some taken over by another."""

from harness.kit.rng import stream
from harness.kit.waits import NS_PER_S
from harness.model.defaults.dialects import EVERY_PRODUCER
from harness.model.value import Settings
from harness.model.workload import Producers, Transactions
from harness.systems.kafka.settings import EVERY_CLIENT
from harness.workloads.pace import Pace
from harness.workloads.payload import key_cycle, payload_form
from harness.workloads.transactions.reader import TransactionReader
from harness.workloads.transactions.transaction import Payloads, TransactionalProcess
from harness.workloads.workplace import Workplace

FLUSH_EVERY_NS = NS_PER_S // 4
PROMPT_S = 0.002
ANEW_S = 0.2


class TransactionalProducer:
    """One producer of a kind, process after process with the same transactional id.

    A takeover takes the steps of two processes in the one order that hurts: the first has sent
    half of its records, all of them stored; a second begins and commits a transaction of its own;
    then the first sends the rest and commits.

    Args:
        number: which of its kind it is, from 0.
        topics: the scenario's name of each topic → its real name.
        transactional_id: nobody else's.
        seed: its own seed; decides keys, and which transactions are aborted.
    """

    def __init__(
        self,
        spec: Producers,
        number: int,
        topics: dict[str, str],
        transactional_id: str,
        workplace: Workplace,
        *,
        seed: int,
    ) -> None:
        self.name = f"{spec.name}-{number}"
        self.transactional_id = transactional_id
        self.sent = 0
        self.acked = 0
        self._spec = spec
        self._rules = spec.transactions or Transactions()
        self._places = topics
        self._topics = {topics[name]: name for name in spec.destinations}
        self._settings = with_transactional_id(spec.settings, transactional_id)
        self._kafka = workplace.kafka
        self._journal = workplace.journal
        self._clock = workplace.clock
        self._pace = Pace(spec.rate_per_s, spec.batch, self._clock)
        self._payloads = Payloads(
            payload_form(spec.value_bytes), key_cycle(seed, number, spec.keys)
        )
        self._draws = stream(seed, "aborts")
        self._begun = 0
        self._ended = 0
        self._stopped = False
        self._quiet = False
        self._flushed_ns = self._clock.now_ns()
        self._zombie: TransactionalProcess | None = None
        self._current = self._process()

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way any more, and no transaction of its is open."""
        done = self._current.stage in {"new", "ready"} and self._zombie is None
        return self._stopped or (self._quiet and done)

    def quiet(self) -> None:
        """Begin no more sends; what is open is ended."""
        self._quiet = True

    def step(self) -> float:
        """Make the next call of the process whose turn it is."""
        wait_s = PROMPT_S if self._stopped else self._advance()
        # Others read this number: it is set once a step.
        self.acked = self._ended + sum(process.committed for process in self._processes)
        if self._clock.now_ns() - self._flushed_ns >= FLUSH_EVERY_NS:
            self._flush()
        return wait_s

    def close(self) -> None:
        """End as a process that is gone, should a transaction still be open."""
        for process in self._processes:
            if not self._stopped:
                process.stop()
        self._flush()

    @property
    def _processes(self) -> tuple[TransactionalProcess, ...]:
        """Those that live."""
        return (self._current,) if self._zombie is None else (self._zombie, self._current)

    def _advance(self) -> float:
        zombie = self._zombie
        if zombie is not None and zombie.superseded:
            self._move(zombie, self._rules.records - zombie.sent)
            if zombie.stage in {"ready", "over"}:
                self._retire(zombie)
                self._zombie = None
            return PROMPT_S
        process = self._current
        if process.stage == "ready":
            if zombie is not None and (process.committed or self._quiet):
                zombie.superseded = True
            elif not self._quiet:
                self._begin(process)
            return PROMPT_S
        if process.stage == "over":
            self._retire(process)
            self._current = self._process()
            return ANEW_S
        if process.stage == "open" and self._is_half(process):
            self._interrupt(process)
            return PROMPT_S
        due, wait_s = self._pace.due(self.sent)
        self._move(process, min(due, self._left(process)))
        return wait_s if process.stage == "open" else PROMPT_S

    def _begin(self, process: TransactionalProcess) -> None:
        doomed = self._draws.random() < self._rules.aborted and self._zombie is None
        process.begin(doomed=doomed)
        self._begun += 1

    def _move(self, process: TransactionalProcess, count: int) -> None:
        """Let a process make its next call; in an open transaction it sends up to `count`."""
        match process.stage:
            case "new":
                process.initialise()
            case "open":
                self.sent += process.send(0 if self._quiet else count)
                if self._quiet or self._is_full(process):
                    process.end()
            case "committing" | "aborting":
                process.finish()
            case _:
                pass

    def _is_full(self, process: TransactionalProcess) -> bool:
        return process.sent >= self._rules.records

    def _left(self, process: TransactionalProcess) -> int:
        """How many records it may send now; a transaction to be interrupted waits at its half."""
        until = self._rules.records // 2 if self._interrupts() else self._rules.records
        return max(0, until - process.sent)

    def _interrupts(self) -> bool:
        """Whether the transaction begun last is to be taken over, or never to end."""
        if self._zombie is not None or self._quiet:
            return False
        every, last = self._rules.takeover_every, self._rules.stops_after
        return bool((every and self._begun % every == 0) or (last and self._begun > last))

    def _is_half(self, process: TransactionalProcess) -> bool:
        half = self._rules.records // 2
        return self._interrupts() and process.sent >= half and process.delivered

    def _interrupt(self, process: TransactionalProcess) -> None:
        if self._rules.stops_after and self._begun > self._rules.stops_after:
            process.stop()
            self._stopped = True
        else:
            self._zombie, self._current = process, self._process()

    def _retire(self, process: TransactionalProcess) -> None:
        self._ended += process.committed
        process.leave()

    def _process(self) -> TransactionalProcess:
        """A new process with a client of its own."""
        return TransactionalProcess(
            self._kafka.transactional_producer(self._settings),
            self._journal.process(self.name, "producer", self._spec.name),
            self._topics,
            self._payloads,
            reader=self._reader() if self._rules.polls else None,
            journal=self._journal,
            clock=self._clock,
        )

    def _reader(self) -> TransactionReader:
        """What a new process reads; it is a member of no group."""
        logs = {
            (self._places[name], each.partition): self._journal.log(name, each.partition)
            for name in self._rules.polls
            for each in self._kafka.describe([self._places[name]])[self._places[name]]
        }
        settings: Settings = {"group.id": self.transactional_id, "enable.auto.commit": False}
        client = self._kafka.consumer(settings)
        return TransactionReader(client, logs, self._journal)

    def _flush(self) -> None:
        self._flushed_ns = self._clock.now_ns()
        for process in self._processes:
            process.flush()


def with_transactional_id(settings: Settings, transactional_id: str) -> Settings:
    """The settings of a client with that id; no time-out is longer than a transaction's.

    librdkafka refuses a client where one is, unless the setting was left alone, and the harness
    sets those of records and of sockets.
    """
    bound: Settings = {}
    if "transaction.timeout.ms" in settings:
        limit_ms = int(settings["transaction.timeout.ms"])
        ours = {**EVERY_CLIENT, **EVERY_PRODUCER}
        names = ("message.timeout.ms", "socket.timeout.ms")
        bound = {name: min(int(ours[name]), limit_ms) for name in names}
    return {"transactional.id": transactional_id, **bound, **settings}
