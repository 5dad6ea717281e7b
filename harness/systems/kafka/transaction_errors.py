"""What an error says about a transaction: what to do next, and whether it was committed.

A transaction whose commit was never asked for is certainly not committed (`fail`), whatever went
wrong in it: only its producer can commit it, and a coordinator that gives up on a producer, or
fences it, aborts. Once a commit was asked for, an error is definite only when it says that the
client never passed the request on, or that it is refused always. An abort that succeeds afterwards
makes nothing definite: a client whose commit timed out may give up its epoch in place of an abort,
and then answers that it is done while the commit has been carried out.
"""

from typing import Literal, Protocol, TypeAlias

from harness.model.ports.clients import KafkaErrorLike
from harness.systems.error_table import Outcome, Row

Next: TypeAlias = Literal["again", "abort", "begin anew"]
"""Make the same call again; abort the transaction; give up this producer and begin as a new one."""

COMMIT: dict[str, Row] = {
    "_INCONSISTENT": Row("fail", "a record was not delivered, so the client asks for no commit"),
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED": Row("fail", "refused always; no run changes rights"),
    "CLUSTER_AUTHORIZATION_FAILED": Row("fail", "refused always; no run changes rights"),
    "_TIMED_OUT": Row("info", "the commit may have been carried out and its answer lost"),
    "_TIMED_OUT_QUEUE": Row("info", "an earlier attempt may have been carried out"),
    "_TRANSPORT": Row("info", "the connection broke after the request may have arrived"),
    "_STATE": Row("info", "the client failed in between; the request may have arrived"),
    "_FENCED": Row("info", "an attempt before the fencing may have been carried out"),
    "PRODUCER_FENCED": Row("info", "an attempt before the fencing may have been carried out"),
    "INVALID_PRODUCER_EPOCH": Row("info", "an attempt before the fencing may have been"),
    "INVALID_TXN_STATE": Row("info", "also said to a commit that is repeated after it was done"),
    "UNKNOWN_PRODUCER_ID": Row("info", "the coordinator forgot the producer, maybe afterwards"),
    "INVALID_PRODUCER_ID_MAPPING": Row("info", "the coordinator forgot it, maybe afterwards"),
    "NOT_COORDINATOR": Row("info", "the coordinator before it may have carried it out"),
    "COORDINATOR_NOT_AVAILABLE": Row("info", "the coordinator before it may have"),
    "COORDINATOR_LOAD_IN_PROGRESS": Row("info", "the coordinator before it may have"),
    "CONCURRENT_TRANSACTIONS": Row("info", "the transaction is being ended, either way"),
}
_UNLISTED = Row("info", "not in the table: nothing is known, so it may be committed")


class TransactionError(KafkaErrorLike, Protocol):
    """What a call on a transaction raises."""

    def txn_requires_abort(self) -> bool: ...  # noqa: D102 - as the library's


def next_after(error: TransactionError) -> Next:
    """What an application must do after `error`; as librdkafka documents it for every call."""
    if error.txn_requires_abort():
        return "abort"
    return "again" if error.retriable() and not error.fatal() else "begin anew"


def commit_outcome(error: KafkaErrorLike) -> Outcome:
    """`fail` when the transaction whose commit met `error` is certainly not committed."""
    return COMMIT.get(error.name(), _UNLISTED).outcome
