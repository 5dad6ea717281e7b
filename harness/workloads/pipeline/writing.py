"""A writer: transactions on a source; each version of a row is the id of what wrote it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from harness.kit.rng import stream
from harness.kit.waits import NS_PER_S
from harness.model.pipeline.traffic import Writers
from harness.model.ports.source import Session, Source
from harness.workloads.pipeline.choices import LATE, SHAPES, Choices, Statement
from harness.workloads.pipeline.copies.app_cache import AppCache
from harness.workloads.pipeline.late import Arrivals, LateTransaction
from harness.workloads.pipeline.recording import Changed, Recorder

RECONNECT_S = 0.2


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
        commits = source.truncation_commits
        self.choices = Choices(spec, number, self._dice, recorder.number, commits=commits)
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
        session = None
        try:
            session = self._source.session()
            first, last = self.choices.keys[0], self.choices.keys[-1]
            self.choices.rows = {
                table: dict(session.between(table, first, last)) for table in self._spec.tables
            }
            session.commit()
        except self._source.errors:
            if session is not None:
                with suppress(*self._source.errors):
                    session.close()
            return False
        self._session = session
        return True

    def _transact(self) -> None:
        session = self._session
        assert session is not None  # noqa: S101 - step connects first
        weights = self._spec.mix
        (what,) = self._dice.choices(sorted(weights), [weights[each] for each in sorted(weights)])
        operation = self._recorder.number()
        statements = SHAPES[what](self.choices)
        if not statements:
            return
        self.sent += 1
        changes = self.choices.changes(statements)
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
            self._committed(late.operation, [late.inserted], self.choices.changes([late.inserted]))
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
        self.choices.committed(statements)
