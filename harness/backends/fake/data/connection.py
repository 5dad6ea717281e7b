"""A client's connection to the database in memory: what reaches the server, and what is answered.

Errors are those of MySQL's client, so that their table says what became of a transaction.
"""

from random import Random

from pymysql.err import InterfaceError, OperationalError

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.data.server import DatabaseServer
from harness.backends.fake.data.transaction import Transaction
from harness.backends.fake.door import Door

SILENCE_S = 0.25
"""How long a client waits for a frozen server. Real ones wait for seconds; but here everybody
waits with it, since one thread plays them all."""
ON_ITS_WAY_NS = 20_000_000


class Connection:
    """One connection; it is broken by the first error, and whoever has it connects anew.

    Args:
        server: is asked.
        door: the way to it.
        clock: of the stack.
        random: decides what became of a COMMIT that was on its way when the server went.

    Raises:
        pymysql.err.OperationalError: nobody answers.
    """

    def __init__(
        self, server: DatabaseServer, door: Door, clock: VirtualClock, random: Random
    ) -> None:
        self.server = server
        self._door = door
        self._clock = clock
        self._random = random
        self._transaction: Transaction | None = None
        if door.is_shut or self._is_silent():
            raise OperationalError(2003, f"Can't connect to MySQL server on '{server.name}'")
        self._token: tuple[int, int] | None = door.token

    def ask(self) -> Transaction:
        """Let a statement reach the server; the transaction that is open there.

        Raises:
            pymysql.Error: it was not answered, and nothing is open any more.
        """
        if self._token is None:
            raise InterfaceError(0, "")
        if not self._whole() and not self._was_on_its_way():
            self.close()
            raise OperationalError(2013, "Lost connection to MySQL server during query")
        if self._transaction is None:
            self._transaction = self.server.begin()
        return self._transaction

    def commit(self) -> None:
        """Commit what is open.

        Raises:
            pymysql.Error: nobody answers; it may have happened, if it was on its way before.
        """
        if self._token is None:
            raise InterfaceError(0, "")
        transaction = self._transaction
        if self._whole():
            if transaction is not None:
                transaction.commit()
            return
        if transaction is not None and self._was_on_its_way():
            self.server.receive(transaction, arrives=self._random.random() < 0.5)
            self._transaction = None
        self.close()
        raise OperationalError(2013, "Lost connection to MySQL server during query")

    def rollback(self) -> None:
        """Roll back what is open; raises as `commit`."""
        self.ask().rollback()

    def close(self) -> None:
        """Hang up; what is open is rolled back."""
        self._token = None
        if self._transaction is not None:
            self.server.end(self._transaction)
            self._transaction = None

    def _was_on_its_way(self) -> bool:
        """Whether what is sent now counts as sent right before nobody answered any more.

        Faults strike between two steps of workers, of which each may be a whole transaction: else
        no COMMIT would ever be without its answer.
        """
        since_ns = (
            self._door.cut_since_ns if self.server.state == "running" else self.server.left_ns
        )
        is_known = self._transaction is None or self.server.has(self._transaction)
        is_recent = since_ns is not None and self._clock.now_ns() - since_ns < ON_ITS_WAY_NS
        return is_known and is_recent

    def _whole(self) -> bool:
        return not self._door.is_shut and self._door.token == self._token and not self._is_silent()

    def _is_silent(self) -> bool:
        """Whether nobody answers in time."""
        if self._door.is_silent:
            self._clock.pause_until(lambda: not self._door.is_silent, SILENCE_S)
        return self._door.is_silent
