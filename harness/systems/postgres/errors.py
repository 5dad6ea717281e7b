"""Which errors of the PostgreSQL client say that a transaction certainly did not happen.

As with MySQL the question is about a whole transaction, and when the error came decides it:

- Before its COMMIT was sent nothing of it can be kept: after any error the server refuses all
  further statements of the transaction, and rolls back what has no COMMIT when its connection
  ends. So every error is `fail`.
- While COMMIT was under way (or a statement under autocommit) the tables below hold, the one of
  whole codes before the one of their classes, and what neither lists is `info`.

An error that the server reports in a transaction ends it by a rollback, with one exception: what it
says after the commit's record is in its log, when it waits for a standby or shuts down.
"""

import psycopg

from harness.systems.error_table import Outcome, Row

NOTHING_SENT = "not-connected"
LOST = "08006"

CODES: dict[str, Row] = {
    NOTHING_SENT: Row("fail", "the connection was closed already; nothing was sent"),
    "08001": Row("fail", "no connection was made"),
    "08004": Row("fail", "refused while connecting"),
    "53300": Row("fail", "refused while connecting: too many connections"),
    "57P03": Row("fail", "refused while connecting: the server starts or stops"),
    "57P05": Row("fail", "the server had hung up for inactivity before it was asked"),
    "25P02": Row("fail", "the transaction had failed before; COMMIT rolls it back"),
    "57P01": Row("info", "the server shuts down; the commit may have gone through before"),
    "57P02": Row("info", "another process of the server crashed; the commit may be in the log"),
    "57014": Row("info", "cancelled; a commit that waits for a standby is kept nevertheless"),
    "40003": Row("info", "the server itself does not know whether it is complete"),
    "55P03": Row("fail", "a lock was not given in time; the transaction was rolled back"),
}
CLASSES: dict[str, Row] = {
    "08": Row("info", "the connection was lost before the answer; it may have committed"),
    "0A": Row("fail", "refused: not supported; the transaction was rolled back"),
    "21": Row("fail", "refused: number of rows or columns"),
    "22": Row("fail", "refused: a value does not fit its column"),
    "23": Row("fail", "refused by a constraint, at the statement or deferred to COMMIT"),
    "25": Row("fail", "refused: the transaction is read-only, or in another state"),
    "28": Row("fail", "refused while connecting: user or password"),
    "3D": Row("fail", "refused while connecting: no such database"),
    "40": Row("fail", "rolled back: a deadlock, or transactions that cannot be serialised"),
    "42": Row("fail", "refused: syntax, a name, or no right to"),
    "44": Row("fail", "refused by the WITH CHECK OPTION of a view"),
    "54": Row("fail", "refused: more than the server can do"),
    "55": Row("fail", "refused: the object is not in the state for it"),
    "P0": Row("fail", "refused by a trigger"),
}
"""By the first two characters of an SQLSTATE. Not listed are 53 (no disk, no memory), 57, 58 (the
system failed) and XX (the server is broken): they can meet a commit at any point."""
_UNLISTED = Row("info", "not in the table: nothing is known, so it may have happened")
_BEFORE_COMMIT = Row("fail", "COMMIT was not sent; the server rolls back")


def row_of(error: BaseException, *, committing: bool) -> Row:
    """What `error` says about the transaction that met it.

    Args:
        error: what the client raised.
        committing: COMMIT may have been sent, or a statement under autocommit.
    """
    if not committing:
        return _BEFORE_COMMIT
    code = _code(error)
    return CODES.get(code) or CLASSES.get(code[:2], _UNLISTED)


def outcome_of(error: BaseException, *, committing: bool) -> Outcome:
    """`fail` when the transaction certainly did not happen, else `info`; arguments as `row_of`."""
    return row_of(error, committing=committing).outcome


def name_of(error: BaseException) -> str:
    """`postgres:40P01`: what a history calls the error."""
    return f"postgres:{_code(error)}"


def _code(error: BaseException) -> str:
    """The SQLSTATE, or what takes its place where the client speaks and not the server."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return error.sqlstate
    if isinstance(error, psycopg.InterfaceError):
        return NOTHING_SENT  # our connections raise it where a closed one is to commit
    if isinstance(error, psycopg.OperationalError):
        return LOST
    return type(error).__name__
