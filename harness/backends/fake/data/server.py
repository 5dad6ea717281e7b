"""A database server in memory: its tables and its log, as long as its process lives."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pymysql.err import OperationalError

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.data.log import BinaryLog
from harness.backends.fake.data.rows import Change, Logged, Truncated
from harness.backends.fake.data.seams import DataSeams
from harness.backends.fake.data.table import Table
from harness.backends.fake.data.transaction import Transaction
from harness.backends.fake.kafka.cluster import EPOCH_MS
from harness.backends.fake.process import Process
from harness.model.rows import Position
from harness.systems.mysql.table_schema import Schema


class DatabaseServer(Process):
    """The process `mysql` with its databases.

    What is committed is on its disk and survives it; what is open when it is killed is not.
    """

    def __init__(self, name: str, clock: VirtualClock, seams: DataSeams | None = None) -> None:
        super().__init__(name)
        self.seams = seams or DataSeams()
        self.databases: dict[str, dict[str, Table]] = {}
        self.log = BinaryLog(server=1)
        self._clock = clock
        self.left_ns = 0
        """When it was killed or frozen last."""
        self._open: dict[Transaction, None] = {}
        self._waiting: list[Transaction] = []
        """Those that are committed once the frozen server goes on."""

    @property
    def now(self) -> datetime:
        """The wall clock, in UTC and without a zone, as `TIMESTAMP` columns keep it."""
        since = timedelta(microseconds=self._clock.now_ns() // 1_000)
        return datetime.fromtimestamp(EPOCH_MS / 1e3, UTC).replace(tzinfo=None) + since

    def create(self, database: str, schema: Schema) -> Table:
        """Create a table in a database that is there."""
        table = self.databases[database][schema.name] = Table(database, schema)
        return table

    def table(self, database: str, name: str) -> Table:
        """A table.

        Raises:
            pymysql.err.OperationalError: it is not there.
        """
        try:
            return self.databases[database][name]
        except KeyError:
            raise OperationalError(1146, f"Table '{database}.{name}' doesn't exist") from None

    def begin(self) -> Transaction:
        """A transaction that has written nothing; it is rolled back if the server dies."""
        transaction = Transaction(
            lambda database: self.databases[database],
            lambda: self.now,
            self._write,
            self.seams,
        )
        self._open[transaction] = None
        return transaction

    def shown(self, reader: str, position: Position) -> Iterator[Logged]:
        """Every transaction from `position` on, as the log is now and its reader is shown it."""
        for logged in self.log.after(position):
            shown = self.seams.hand_out(reader, logged)
            if shown is not None:
                yield shown

    def has(self, transaction: Transaction) -> bool:
        """Whether it is open here, and was not ended by the server's own end."""
        return transaction in self._open

    def end(self, transaction: Transaction) -> None:
        """Whoever had it has hung up."""
        transaction.rollback()
        self._open.pop(transaction, None)

    def receive(self, transaction: Transaction, *, arrives: bool) -> None:
        """Take the COMMIT of a client that gets no answer: a frozen server has it in time."""
        self._open.pop(transaction)
        if self.state == "paused":
            self._waiting.append(transaction)
        elif arrives:
            transaction.commit()
        else:
            transaction.rollback()

    def kill(self) -> None:
        """Let the process be gone, and with it what is not committed."""
        super().kill()
        self.left_ns = self._clock.now_ns()
        self._undo()

    def pause(self) -> None:
        """Freeze it."""
        super().pause()
        self.left_ns = self._clock.now_ns()

    def resume(self) -> None:
        """Let it run on, with what it was sent meanwhile."""
        super().resume()
        waiting, self._waiting = self._waiting, []
        for transaction in waiting:
            transaction.commit()

    def start(self) -> None:
        """Start the process unless it is there; its log goes on in a new file."""
        if self.state == "exited":
            self._undo()
            self.log.rotate()
        super().start()

    def _undo(self) -> None:
        for transaction in (*self._open, *self._waiting):
            transaction.rollback()
        self._open.clear()
        self._waiting.clear()

    def _write(self, changes: Sequence[Change | Truncated]) -> None:
        changes = self.seams.log(changes)
        if changes:
            self.log.write(changes, EPOCH_MS + self._clock.now_ns() // 1_000_000)
