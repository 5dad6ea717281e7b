"""Which errors of the MySQL client say that a transaction certainly did not happen.

The question is always about a whole transaction, and when the error came decides it:

- Before its COMMIT was sent nothing of it can be kept, as long as the caller rolls back or drops
  the connection: the server rolls back whatever has no COMMIT when its connection ends. So every
  error is `fail`. The caller must do that even after an error that undid only the statement, such
  as a lock wait that timed out: the transaction is still open with all that came before it.
- While COMMIT was under way (or a statement under autocommit, which commits itself) the table
  below holds, and what it does not list is `info`.
"""

import pymysql

from harness.systems.error_table import Outcome, Row

NOTHING_SENT = "not-connected"

TABLE: dict[int | str, Row] = {
    # Never reached the server.
    NOTHING_SENT: Row("fail", "the connection was closed already; nothing was sent"),
    2002: Row("fail", "no connection was made"),
    2003: Row("fail", "no connection was made"),
    2005: Row("fail", "no connection was made: the name is unknown"),
    2026: Row("fail", "encryption failed while connecting"),
    1040: Row("fail", "refused while connecting: too many connections"),
    1045: Row("fail", "refused while connecting: user or password"),
    1049: Row("fail", "refused while connecting: no such database"),
    1226: Row("fail", "refused: the user's quota of connections or queries is used up"),
    4031: Row("fail", "the server had hung up for inactivity before it was asked"),
    # The statement was undone, and under autocommit it was the transaction.
    1022: Row("fail", "duplicate key; the statement was undone"),
    1062: Row("fail", "duplicate key; the statement was undone"),
    1048: Row("fail", "refused: a column must not be null"),
    1054: Row("fail", "refused: unknown column"),
    1064: Row("fail", "refused: syntax"),
    1136: Row("fail", "refused: number of columns"),
    1142: Row("fail", "refused: no right to"),
    1146: Row("fail", "refused: no such table"),
    1264: Row("fail", "refused: out of range"),
    1366: Row("fail", "refused: a value does not fit its column"),
    1406: Row("fail", "refused: too long for its column"),
    1451: Row("fail", "refused: a foreign key points at it"),
    1452: Row("fail", "refused: a foreign key points nowhere"),
    3819: Row("fail", "refused by a check constraint"),
    1216: Row("fail", "refused: a foreign key points nowhere"),
    1217: Row("fail", "refused: a foreign key points at it"),
    1265: Row("fail", "refused: a value does not fit its column"),
    1292: Row("fail", "refused: a value is not one of its type"),
    1364: Row("fail", "refused: a column has neither a value nor a DEFAULT"),
    1365: Row("fail", "refused: division by zero"),
    1411: Row("fail", "refused: a value is not one of its type"),
    1416: Row("fail", "refused: a value is not a shape"),
    1526: Row("fail", "refused: no partition takes the row"),
    1644: Row("fail", "refused by a trigger"),
    1690: Row("fail", "refused: an expression is out of range"),
    1701: Row("fail", "refused: a foreign key points at the table"),
    3105: Row("fail", "refused: a value for a computed column"),
    3140: Row("fail", "refused: a text is not JSON"),
    3643: Row("fail", "refused: a shape of another spatial system"),
    1114: Row("fail", "the table is full; the statement was undone"),
    # Only the statement is undone (innodb_rollback_on_timeout is off), and COMMIT takes no row
    # locks: so this is about a statement, which under autocommit was all there was.
    1205: Row("fail", "a lock was not given in time; the statement was undone"),
    3572: Row("fail", "a lock was not given at once; the statement was undone"),
    1213: Row("fail", "chosen as victim of a deadlock; the whole transaction was rolled back"),
    3101: Row("fail", "a plugin refused the commit and the transaction was rolled back"),
    # Servers that take no writes.
    1290: Row("fail", "refused: the server is read-only"),
    1792: Row("fail", "refused: the transaction is read-only"),
    1836: Row("fail", "refused: the server is in read-only mode"),
    # May have happened.
    2006: Row("info", "sending failed half-way; what was sent may have arrived"),
    2013: Row("info", "the connection was lost before the answer; it may have committed"),
    2055: Row("info", "the connection was lost before the answer; it may have committed"),
    2014: Row("info", "an answer was taken for that to another question"),
    1053: Row("info", "the server shuts down; the commit may have gone through before"),
    1152: Row("info", "the server dropped the connection, at whatever point"),
    1158: Row("info", "the server could not read on; it may have acted on what it had"),
    1160: Row("info", "the server could not write its answer; it may have committed"),
    1161: Row("info", "the server could not write its answer in time; it may have committed"),
    1180: Row("info", "the commit failed somewhere between binary log and tables"),
    1317: Row("info", "interrupted; a started commit is still finished"),
    1021: Row("info", "the disk is full, for tables or for the binary log"),
    1026: Row("info", "a write failed, to tables or to the binary log"),
    1030: Row("info", "the storage engine failed for an internal reason"),
    1598: Row("info", "the binary log could not be written; the tables may have been"),
    3100: Row("info", "a hook of the commit failed, before or after the tables"),
}
_UNLISTED = Row("info", "not in the table: nothing is known, so it may have happened")
_BEFORE_COMMIT = Row("fail", "COMMIT was not sent; the server rolls back")


def row_of(error: BaseException, *, committing: bool) -> Row:
    """What `error` says about the transaction that met it.

    Args:
        error: what the client raised.
        committing: COMMIT may have been sent, or a statement under autocommit.
    """
    return TABLE.get(_code(error), _UNLISTED) if committing else _BEFORE_COMMIT


def outcome_of(error: BaseException, *, committing: bool) -> Outcome:
    """`fail` when the transaction certainly did not happen, else `info`; arguments as `row_of`."""
    return row_of(error, committing=committing).outcome


def name_of(error: BaseException) -> str:
    """`mysql:1213`: what a history calls the error."""
    return f"mysql:{_code(error)}"


def _code(error: BaseException) -> int | str:
    if isinstance(error, pymysql.InterfaceError):
        return NOTHING_SENT  # it is raised where a closed connection is used, and only there
    if isinstance(error, pymysql.MySQLError) and error.args and isinstance(error.args[0], int):
        return error.args[0]
    return type(error).__name__
