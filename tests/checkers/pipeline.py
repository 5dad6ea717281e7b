"""A log system that does everything right, in small: legal runs for the checkers to be silent on.

Producers are asynchronous and pipelined; a send ends ok, in failure, indeterminate (with its record
in the log or not) or never. Readers with assigned logs and members of a group poll; rebalances move
logs between members, between polls or inside of one. Workers run transactions that poll, send and
commit what they polled; nobody sees a record before the transaction it belongs to, and every open
one before it in its log, has ended. Offsets have holes, retention may remove the beginning of a
log, and a final read takes what is left.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeAlias

from harness.history.build import Completion, HistoryBuilder, Record
from harness.history.history import History
from harness.model.facts import Facts, LogEnd

LOGS = ("orders-0", "orders-1", "orders-2")
SENDERS = ("sender-0", "sender-1")
MEMBERS = ("member-0", "member-1")
READERS = ("reader-0", "reader-1")
WORKERS = ("worker-0", "worker-1")
GROUPED = "worker-0"
"""The worker that is a member of a group; what it polls, it does not abort."""

Fate: TypeAlias = Literal["told", "untold", "fails", "vanishes", "stays", "hangs"]
FATES: tuple[Fate, ...] = (*("told",) * 8, "untold", "fails", "vanishes", "stays", "hangs")
IN_LOG = {"told", "untold", "stays", "hangs"}
Ending: TypeAlias = Literal["open", "commits", "stays", "hangs", "aborts", "vanishes"]
ENDINGS: tuple[Ending, ...] = (*("commits",) * 6, "stays", "hangs", "aborts", "vanishes")
OUTCOMES: dict[Ending, Literal["ok", "fail"]] = {"commits": "ok", "aborts": "fail"}
COMMITTED = {"commits", "stays", "hangs"}


@dataclass(slots=True)
class Sent:
    """A send and, once it is there, the offset of its record."""

    process: str
    value: int
    log: str
    fate: Fate
    invoke_ns: int
    complete_ns: int | None = None
    offset: int | None = None

    def write(self, build: HistoryBuilder) -> None:
        """Record it."""
        ok, told = self.fate in {"told", "untold"}, self.fate == "told"
        build.send(
            self.process,
            self.value,
            log=self.log if ok else None,
            offset=self.offset if told else None,
            topic="orders",
            outcome="ok" if ok else "fail" if self.fate == "fails" else "info",
            invoke_ns=self.invoke_ns,
            complete_ns=self.complete_ns,
        )


@dataclass(slots=True)
class Polled:
    """A poll, or a part of the final read."""

    process: str
    records: list[Record]
    invoke_ns: int
    complete_ns: int
    final: bool = False

    def write(self, build: HistoryBuilder) -> None:
        """Record it."""
        read = build.drain if self.final else build.poll
        times = Completion(invoke_ns=self.invoke_ns, complete_ns=self.complete_ns)
        read(self.process, self.records, **times)


@dataclass(slots=True)
class Held:
    """A change of what a reader holds."""

    what: Literal["assign", "revoke", "subscribe"]
    process: str
    logs: list[str]
    invoke_ns: int

    def write(self, build: HistoryBuilder) -> None:
        """Record it."""
        change = {"assign": build.assign, "revoke": build.revoke, "subscribe": build.subscribe}
        times = Completion(invoke_ns=self.invoke_ns, complete_ns=self.invoke_ns)
        change[self.what](self.process, self.logs, **times)


@dataclass(slots=True)
class Transaction:
    """A transaction: what it sent (log, offset, value) and polled, and where it committed to."""

    process: str
    invoke_ns: int
    group: bool = False
    sent: list[Record] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)
    ending: Ending = "open"
    complete_ns: int | None = None
    told: bool = True
    final: bool = False

    def write(self, build: HistoryBuilder) -> None:
        """Record it."""
        build.txn(
            self.process,
            sends=[(log, offset if self.told else None, value) for log, offset, value in self.sent],
            reads=self.records,
            commits=self.positions,
            outcome=OUTCOMES.get(self.ending, "info"),
            invoke_ns=self.invoke_ns,
            complete_ns=self.complete_ns,
        )


@dataclass
class Run:
    """Everything that happened, still open to be falsified."""

    values: int = 0
    sends: list[Sent] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    polls: list[Polled] = field(default_factory=list)
    changes: list[Held] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOGS, 0))
    ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOGS, 0))

    def history(self) -> History:
        """The tables."""
        build = HistoryBuilder()
        for member in MEMBERS:
            build.process(member, group="group")
        for process in sorted({each.process for each in self.transactions if each.group}):
            build.process(process, client="producer", group="workers")
        for log in LOGS:
            build.log(log)
        operations: list[Sent | Polled | Held | Transaction] = [
            *self.sends,
            *self.polls,
            *self.changes,
            *self.transactions,
        ]
        for operation in sorted(operations, key=lambda each: each.invoke_ns):
            operation.write(build)
        return build.history()

    def new_value(self) -> int:
        """A value that nobody has sent."""
        self.values += 1
        return self.values - 1

    def facts(self) -> Facts:
        """A final read that is complete."""
        return Facts(
            logs=tuple(
                LogEnd(log=log, start=self.starts[log], end=self.ends[log], read_to=self.ends[log])
                for log in LOGS
            )
        )


class Pipeline:
    """Steps of a run, each at its own moment."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.run = Run()
        self._now_ns = 0
        self._logs: dict[str, list[tuple[int, int, Transaction | None]]] = {log: [] for log in LOGS}
        self._open: dict[str, Transaction] = {}
        self._lives = dict.fromkeys(WORKERS, 0)
        self._committed = {worker: dict.fromkeys(LOGS[n::2], 0) for n, worker in enumerate(WORKERS)}
        self._on_the_way: dict[str, list[Sent]] = {sender: [] for sender in SENDERS}
        self._unanswered: list[Sent] = []
        self._positions: dict[tuple[str, str], int] = {}
        self._held: dict[str, list[str]] = {}
        for number, reader in enumerate(READERS):
            self._hold(reader, list(LOGS[number::2]))
        for member in MEMBERS:
            self.run.changes.append(Held("subscribe", member, [], self._tick()))
        self.rebalance()

    def send(self, fate: Fate | None = None, log: str | None = None) -> None:
        """Begin a send."""
        chosen: Fate = self.random.choice(FATES) if fate is None else fate
        where = log or self.random.choice(LOGS)
        sender = self.random.choice(SENDERS)
        sent = Sent(sender, self.run.new_value(), where, chosen, self._tick())
        self.run.sends.append(sent)
        self._on_the_way[sent.process].append(sent)

    def append(self) -> None:
        """Let the oldest record of a producer arrive, or be given up."""
        queue = self.random.choice([each for each in self._on_the_way.values() if each] or [[]])
        if not queue:
            return
        sent = queue.pop(0)
        if sent.fate in IN_LOG:
            sent.offset = self._place(sent.log, sent.value)
        self._unanswered.append(sent)

    def answer(self) -> None:
        """Answer a send that has come to its end."""
        if self._unanswered:
            place = self.random.randrange(len(self._unanswered))
            sent = self._unanswered.pop(place)
            self._tick()
            sent.complete_ns = None if sent.fate == "hangs" else self._tick()

    def poll(self, *, inside: bool = False) -> None:
        """Poll by anybody, perhaps with a rebalance `inside` of it."""
        process = self.random.choice(MEMBERS if inside else MEMBERS + READERS)
        began_ns = self._tick()
        if inside:
            self.rebalance()
        records: list[Record] = []
        for log in self.random.sample(self._held[process], len(self._held[process])):
            records += self._take(process, log, self.random.randrange(6))
        if records:
            self.run.polls.append(Polled(process, records, began_ns, self._tick()))

    def begin(self) -> None:
        """Begin a transaction of a worker that has none."""
        for worker in WORKERS:
            if worker not in self._open:
                process = f"{worker}.{self._lives[worker]}"
                self._open[worker] = Transaction(process, self._tick(), worker == GROUPED)
                return

    def transact(self, limit: int = 4) -> None:
        """Let an open transaction send a record, or poll some."""
        if not self._open:
            return
        worker, transaction = self.random.choice(list(self._open.items()))
        if self.random.random() < 0.6:
            log, value = self.random.choice(LOGS), self.run.new_value()
            transaction.sent.append((log, self._place(log, value, transaction), value))
            return
        log = self.random.choice(list(self._committed[worker]))
        position = transaction.positions.get(log, self._committed[worker][log])
        taken = self._visible(log, position)[: self.random.randrange(limit)]
        transaction.records += taken
        if taken:
            transaction.positions[log] = taken[-1][1] + 1

    def end(self, ending: Ending | None = None) -> None:
        """Commit or abort an open transaction, heard of or not."""
        if not self._open:
            return
        worker = self.random.choice(list(self._open))
        transaction = self._open.pop(worker)
        chosen = self.random.choice(ENDINGS) if ending is None else ending
        if worker == GROUPED and transaction.records and chosen not in COMMITTED:
            chosen = "commits"
        transaction.ending = chosen
        transaction.told = self.random.random() < 0.8
        transaction.complete_ns = None if chosen == "hangs" else self._tick()
        for log in {log for log, _, _ in transaction.sent}:
            self.run.ends[log] += 1  # The marker of the end takes an offset.
        if chosen in COMMITTED:
            self._committed[worker] |= transaction.positions
        if chosen not in {"commits", "aborts"}:
            self._lives[worker] += 1
        self.run.transactions.append(transaction)

    def rebalance(self) -> None:
        """Deal the logs out among the members anew."""
        owners = {log: self.random.choice(MEMBERS) for log in LOGS}
        for member in MEMBERS:
            if self._held.get(member):
                self.run.changes.append(Held("revoke", member, self._held[member], self._tick()))
            self._hold(member, [log for log in LOGS if owners[log] == member])

    def finish(self) -> Run:
        """Let everything come to its end, and read it."""
        while self._open:
            self.end()
        while any(self._on_the_way.values()):
            self.append()
        while self._unanswered:
            self.answer()
        for log in LOGS:
            if self.random.random() < 0.2:
                self.run.starts[log] = self.random.randint(0, self.run.ends[log])
            left = self._visible(log, self.run.starts[log])
            for begin in range(0, len(left), 5):
                part = left[begin : begin + 5]
                polled = Polled("final-reader", part, self._tick(), self._tick(), final=True)
                self.run.polls.append(polled)
        return self.run

    def _hold(self, process: str, logs: list[str]) -> None:
        self._held[process] = logs
        self.run.changes.append(Held("assign", process, logs, self._tick()))

    def _take(self, process: str, log: str, limit: int) -> list[Record]:
        """The next records of a log for a reader; a group has one position for all members."""
        who = ("group" if process in MEMBERS else process, log)
        position = self._positions.get(who, 0)
        taken = self._visible(log, position)[:limit]
        if taken:
            self._positions[who] = taken[-1][1] + 1
        return taken

    def _visible(self, log: str, position: int) -> list[Record]:
        """What a reader may see of `log` from `position` on."""
        visible = []
        for offset, value, transaction in self._logs[log]:
            ending = "commits" if transaction is None else transaction.ending
            if ending == "open":
                break
            if ending in COMMITTED and offset >= position:
                visible.append((log, offset, value))
        return visible

    def _place(self, log: str, value: int, transaction: Transaction | None = None) -> int:
        """Append a record; answers with its offset."""
        offset = self.run.ends[log] + self.random.choice((0, 0, 0, 1))
        self.run.ends[log] = offset + 1
        self._logs[log].append((offset, value, transaction))
        return offset

    def _tick(self) -> int:
        self._now_ns += 1_000_000
        return self._now_ns


def legal_run(random: Random, steps: int) -> Run:
    """A run of that many random steps, behind a beginning that gives every falsifier something."""
    pipeline = Pipeline(random)
    for _ in range(2):
        for log in LOGS:
            for _ in range(3):
                pipeline.send("told", log)
                pipeline.append()
            pipeline.answer()
        for _ in range(4):
            pipeline.poll()
        for _ in WORKERS:
            pipeline.begin()
        for _ in range(12):
            pipeline.transact()
        for _ in WORKERS:
            pipeline.end("commits")
    actions = (
        [pipeline.send] * 6
        + [pipeline.append] * 6
        + [pipeline.answer] * 5
        + [pipeline.poll] * 4
        + [pipeline.rebalance, lambda: pipeline.poll(inside=True)]
        + [pipeline.begin, pipeline.end] * 2
        + [pipeline.transact] * 8
    )
    for _ in range(steps):
        random.choice(actions)()
    return pipeline.finish()
