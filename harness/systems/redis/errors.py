"""Which errors of the Redis client say that a command certainly did not happen.

A command is executed whole or not at all, and the client sends it once. So an error is definite
(`fail`) when the command was not sent, or when the server refused it. An error that is not listed
is `info`: it may have happened.

A refusal is known by the word that it begins with (`READONLY You can't write …`), any other error
by its class. A script that fails half-way keeps what it wrote: of a script every refusal but those
marked "before it began" is `info`, which is what `scripted` is for.
"""

import redis

from harness.systems.error_table import Outcome, Row

TABLE: dict[str, Row] = {
    # Never left the client.
    "NotConnectedError": Row("fail", "before it began: no connection was made"),
    "MaxConnectionsError": Row("fail", "before it began: the client's pool is used up"),
    "DataError": Row("fail", "before it began: a value that cannot be encoded"),
    "BusyLoadingError": Row("fail", "before it began: the server reads its data from disk"),
    # Refused.
    "LOADING": Row("fail", "before it began: the server reads its data from disk"),
    "READONLY": Row("fail", "refused: a replica takes no writes"),
    "MASTERDOWN": Row("fail", "before it began: a replica without its master does not answer"),
    "NOREPLICAS": Row("fail", "refused: too few replicas are connected"),
    "MISCONF": Row("fail", "refused: saving to disk failed before, so writes are stopped"),
    "OOM": Row("fail", "refused: the memory limit is reached"),
    "NOSCRIPT": Row("fail", "before it began: the server does not know the script"),
    "BUSY": Row("fail", "before it began: another script runs too long"),
    "NOPERM": Row("fail", "refused: no right to"),
    "NOAUTH": Row("fail", "before it began: not logged in"),
    "WRONGTYPE": Row("fail", "refused: the key holds another type"),
    "EXECABORT": Row("fail", "the transaction was discarded when it was queued"),
    "ERR": Row("fail", "refused: the command makes no sense to the server"),
    "WatchError": Row("fail", "a watched key had changed; the transaction was discarded"),
    # May have happened.
    "ConnectionError": Row("info", "the connection was lost; the command may have arrived"),
    "TimeoutError": Row("info", "no answer in time; the command may have been carried out"),
    "InvalidResponse": Row("info", "the answer could not be read"),
    "UNBLOCKED": Row("info", "a blocked command was ended from outside"),
    "UNKILLABLE": Row("info", "a script that has written goes on"),
}
_UNLISTED = Row("info", "not in the table: nothing is known, so it may have happened")
_HALF_WAY = Row("info", "a script may have written before it met this")
_NEVER_BEGAN = ("before it began", "the transaction was discarded")


def row_of(error: BaseException, *, scripted: bool = False) -> Row:
    """What `error` says about the command that met it.

    Args:
        error: what the client raised.
        scripted: the command ran a script.
    """
    row = TABLE.get(_code(error), _UNLISTED)
    if scripted and row.outcome == "fail" and not row.reason.startswith(_NEVER_BEGAN):
        return _HALF_WAY
    return row


def outcome_of(error: BaseException, *, scripted: bool = False) -> Outcome:
    """`fail` when the command certainly did not happen, else `info`; arguments as for `row_of`."""
    return row_of(error, scripted=scripted).outcome


def name_of(error: BaseException) -> str:
    """`redis:READONLY`: what a history calls the error."""
    return f"redis:{_code(error)}"


def _code(error: BaseException) -> str:
    if isinstance(error, redis.ResponseError):
        word = getattr(error, "status_code", None) or str(error).partition(" ")[0]
        if word.isupper():
            return str(word)
    return type(error).__name__
