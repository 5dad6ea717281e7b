"""A writer: transactions on a source; each version of a row is the id of what wrote it."""

from collections.abc import Callable, Sequence
from operator import methodcaller
from random import Random

from harness.history.history import NOTHING
from harness.kit.rng import stream
from harness.kit.waits import NS_PER_S
from harness.model.pipeline import Writers
from harness.model.ports.source import Session, Source
from harness.model.rows import WRITTEN_KEYS
from harness.workloads.pipeline.copies.app_cache import AppCache
from harness.workloads.pipeline.late import Arrivals, LateTransaction
from harness.workloads.pipeline.recording import Changed, Recorder
from harness.workloads.pipeline.statement import Statement, by_another

KEYS_PER_WRITER = 1 << 16
RECONNECT_S = 0.2
LATE = "late-insert"


class WriterWorker:
    """One writer of a kind; nobody else writes its keys, so it knows which rows there are.

    After an error it connects anew and looks its keys up, since a commit that was not answered may
    have happened.

    Args:
        number: which of its kind it is, from 0.
        source: written to.
        recorder: of its own process.
        seed: its own seed; decides what is written.
        arrivals: makes what tells that a later row was read; asked for `late-insert` only.
        caches: what the application keeps beside the source; the worker closes them.
    """

    def __init__(
        self,
        spec: Writers,
        number: int,
        source: Source,
        *,
        recorder: Recorder,
        seed: int,
        arrivals: Callable[[], Arrivals],
        caches: Sequence[AppCache] = (),
    ) -> None:
        self.name = recorder.name
        self.sent = 0
        self.acked = 0
        self._spec = spec
        self._source = source
        self._clock = recorder.clock
        self._caches = caches
        self._dice: Random = stream(seed, "writes")
        self._recorder = recorder
        first = first_key(number)
        self._keys = range(first, first + (KEYS_PER_WRITER if spec.keys_rise else spec.keys))
        self._risen = dict.fromkeys(spec.tables, first - 1)
        self._rows: dict[str, dict[int, int]] = {table: {} for table in spec.tables}
        self._session: Session | None = None
        self._began_ns: int | None = None
        self._quiet = False
        self._late: LateTransaction | None = None
        self._arrivals = arrivals() if LATE in spec.mix else None

    @property
    def is_open(self) -> bool:
        """Whether a late transaction has not ended yet."""
        return self._late is not None

    def quiet(self) -> None:
        """Begin no more transactions."""
        self._quiet = True

    def step(self) -> float:
        """One transaction, when the rate allows one."""
        now = self._clock.now_ns()
        self._end_late(now)
        if self._quiet:
            return 0.05
        if self._began_ns is None:
            self._began_ns = now
        due_ns = self._began_ns + int(self.sent * NS_PER_S / self._spec.rate_per_s)
        if now < due_ns:
            return (due_ns - now) / NS_PER_S
        if self._session is None and not self._connect():
            return RECONNECT_S
        # Behind by more than a second, an open-loop load would come as one burst: let it go.
        latest_ns = now - int((self.sent / self._spec.rate_per_s + 1) * NS_PER_S)
        self._began_ns = max(self._began_ns, latest_ns)
        self._transact()
        return 0.0

    def close(self) -> None:
        """Hang up; what is open is rolled back."""
        late = self._late.session if self._late else None
        for each in (self._session, late, self._arrivals, *self._caches):
            if each is not None:
                each.close()

    def _connect(self) -> bool:
        try:
            session = self._source.session()
            for table, rows in self._rows.items():
                found = session.between(table, self._keys[0], self._keys[-1])
                rows.clear()
                rows.update(found)
            session.commit()
        except self._source.errors:
            return False
        self._session = session
        return True

    def _transact(self) -> None:
        session = self._session
        assert session is not None  # noqa: S101 - step connects first
        weights = self._spec.mix
        (what,) = self._dice.choices(sorted(weights), [weights[each] for each in sorted(weights)])
        operation = self._version()
        statements = SHAPES[what](self)
        if not statements:
            return
        self.sent += 1
        changes = self._changes(statements)
        self._recorder.write(operation, changes)
        for cache in self._caches:
            cache.before_commit(changes)
        if what == LATE and self._late is None:
            self._leave_open(operation, statements)
            return
        committing = False
        try:
            for statement in statements:
                committing = committing or statement.commits
                statement.execute(session)
            if what == "rollback":
                session.rollback()
                self._recorder.complete(operation, "fail", f"{self._source.name}:rolled-back")
                return
            committing = True
            session.commit()
        except self._source.errors as error:
            self._failed(operation, error, committing=committing)
            session.close()
            self._session = None
            for cache in self._caches:
                cache.doubt(changes)
            return
        self._committed(operation, statements, changes)

    def _leave_open(self, operation: int, statements: list[Statement]) -> None:
        """Insert over a connection of its own, and do not commit."""
        try:
            session = self._source.session()
            statements[0].execute(session)
        except self._source.errors as error:
            self._failed(operation, error, committing=False)
            return
        now_ns = self._clock.now_ns()
        self._late = LateTransaction(session, operation, statements[0], now_ns)

    def _end_late(self, now_ns: int) -> None:
        """Commit the late transaction when it has come late."""
        late = self._late
        if late is None or self._arrivals is None:
            return
        if not late.is_due(self._arrivals, now_ns, self._spec.open_s):
            return
        self._late = None
        try:
            late.session.commit()
        except self._source.errors as error:
            self._failed(late.operation, error, committing=True)
        else:
            self._committed(late.operation, [late.inserted], self._changes([late.inserted]))
        late.session.close()

    def _failed(self, operation: int, error: Exception, *, committing: bool) -> None:
        outcome = self._source.outcome_of(error, committing=committing)
        self._recorder.complete(operation, outcome, self._source.name_of(error))

    def _committed(
        self, operation: int, statements: Sequence[Statement], changes: Sequence[Changed]
    ) -> None:
        self.acked += 1
        self._recorder.complete(operation, "ok")
        for cache in self._caches:
            cache.after_commit(changes)
        for statement in statements:
            rows = self._rows[statement.table]
            if statement.version == NOTHING:
                rows.pop(statement.key, None)
            else:
                rows[statement.key] = statement.version

    def _version(self) -> int:
        return self._recorder.number()

    def _changes(self, statements: Sequence[Statement]) -> list[Changed]:
        return [
            Changed(
                table=each.table,
                key=each.key,
                version=each.version,
                before=self._rows[each.table].get(each.key, NOTHING),
                kind=each.kind,
            )
            for each in statements
        ]

    # Shapes of transactions. Each gives the statements, none when the rows there are do not allow.

    def _table(self) -> str:
        return self._dice.choice(self._spec.tables)

    def _absent(self, table: str) -> int | None:
        if self._spec.keys_rise:
            self._risen[table] += 1
            return self._risen[table]
        free = [key for key in self._keys if key not in self._rows[table]]
        return self._dice.choice(free) if free else None

    def _present(self, table: str) -> int | None:
        there = sorted(self._rows[table])
        return self._dice.choice(there) if there else None

    def _insert_into(self, table: str, key: int) -> Statement:
        version = self._version()
        insert = methodcaller("insert", table, key, version)
        return Statement(insert, table, key, version, "insert")

    def _update_in(self, table: str, key: int) -> Statement:
        version = self._version()
        update = methodcaller("update", table, key, version)
        return Statement(update, table, key, version, "update")

    def insert(self) -> list[Statement]:
        """A row that was not there; an update when all are."""
        table = self._table()
        key = self._absent(table)
        return [self._insert_into(table, key)] if key is not None else self.update()

    def update(self) -> list[Statement]:
        """A new version of a row."""
        table = self._table()
        key = self._present(table)
        return [self._update_in(table, key)] if key is not None else []

    def truncate(self) -> list[Statement]:
        """The end of all rows of a table, which nobody else may write."""
        table = self._table()
        there = sorted(self._rows[table])
        ended = [Statement(by_another, table, key, NOTHING, "delete") for key in there]
        for last in ended[-1:]:
            last.execute = methodcaller("truncate", table)
            last.commits = self._source.truncation_commits
        return ended

    def delete(self) -> list[Statement]:
        """The end of a row."""
        table = self._table()
        key = self._present(table)
        if key is None:
            return []
        return [Statement(methodcaller("delete", table, key), table, key, NOTHING, "delete")]

    def upsert(self) -> list[Statement]:
        """A row, whether it was there or not."""
        table, version = self._table(), self._version()
        key = self._dice.choice(self._keys)
        kind = "update" if key in self._rows[table] else "insert"
        upsert = methodcaller("upsert", table, key, version)
        return [Statement(upsert, table, key, version, kind)]

    def key_update(self) -> list[Statement]:
        """A row gets another primary key: the old one ends, the new one begins."""
        table = self._table()
        old, new = self._present(table), self._absent(table)
        if old is None or new is None:
            return []
        version = self._version()
        ended = Statement(by_another, table, old, NOTHING, "delete")
        move = methodcaller("move", table, old, new, version)
        return [ended, Statement(move, table, new, version, "insert")]

    def multi_row(self) -> list[Statement]:
        """New versions of several rows of one table, in one statement."""
        table = self._table()
        there = sorted(self._rows[table])
        chosen = self._dice.sample(there, min(self._spec.rows_of_many, len(there)))
        changed = [Statement(by_another, table, key, self._version(), "update") for key in chosen]
        for last in changed[-1:]:
            versions = {each.key: each.version for each in changed}
            last.execute = methodcaller("update_many", table, versions)
        return changed

    def multi_table(self) -> list[Statement]:
        """One change in each table."""
        statements = []
        for table in self._spec.tables:
            key = self._present(table)
            if key is not None:
                statements.append(self._update_in(table, key))
            elif (free := self._absent(table)) is not None:
                statements.append(self._insert_into(table, free))
        return statements


def first_key(number: int) -> int:
    """The first key of the writer of that number."""
    return WRITTEN_KEYS + number * KEYS_PER_WRITER


SHAPES: dict[str, Callable[[WriterWorker], list[Statement]]] = {
    "insert": WriterWorker.insert,
    "update": WriterWorker.update,
    "delete": WriterWorker.delete,
    "upsert": WriterWorker.upsert,
    "key-update": WriterWorker.key_update,
    "multi-row": WriterWorker.multi_row,
    "multi-table": WriterWorker.multi_table,
    "rollback": WriterWorker.insert,
    "truncate": WriterWorker.truncate,
    LATE: WriterWorker.insert,
}
