"""Which errors of the Kafka client say that a send certainly did not happen.

A client retries, and its binding for Python does not say whether an earlier attempt may have
reached the log. So an error is definite (`fail`) only when no attempt can have been stored:
the record never entered the client, or every attempt met the same refusal. Everything else, and
every error that is not listed, is `info`: it may have happened.
"""

from confluent_kafka import KafkaException

from harness.model.ports.clients import KafkaErrorLike
from harness.systems.error_table import Outcome, Row

TABLE: dict[str, Row] = {
    # Never left the client.
    "_QUEUE_FULL": Row("fail", "produce() refused the record; it was never queued"),
    "_INVALID_ARG": Row("fail", "produce() refused the arguments; nothing was queued"),
    "_KEY_SERIALIZATION": Row("fail", "the record was never encoded"),
    "_VALUE_SERIALIZATION": Row("fail", "the record was never encoded"),
    "_UNKNOWN_PARTITION": Row("fail", "the topic has no such partition; the record found no queue"),
    # Refused in the same way at every attempt.
    "MSG_SIZE_TOO_LARGE": Row("fail", "too large for the client or the topic, at every attempt"),
    "RECORD_LIST_TOO_LARGE": Row("fail", "the batch is larger than a segment, at every attempt"),
    "TOPIC_EXCEPTION": Row("fail", "no topic can have this name"),
    "INVALID_REQUIRED_ACKS": Row("fail", "the broker refuses this value of acks, always"),
    "INVALID_TIMESTAMP": Row("fail", "the topic's limits refuse the record's time, always"),
    "INVALID_RECORD": Row("fail", "the broker's validation refuses the record, always"),
    "UNSUPPORTED_FOR_MESSAGE_FORMAT": Row("fail", "the broker's format cannot hold it"),
    "UNSUPPORTED_VERSION": Row("fail", "the broker does not know the request"),
    "TOPIC_AUTHORIZATION_FAILED": Row("fail", "refused before the log; no run changes rights"),
    "CLUSTER_AUTHORIZATION_FAILED": Row("fail", "refused before the log; no run changes rights"),
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED": Row("fail", "refused before the log"),
    # May have happened.
    "_MSG_TIMED_OUT": Row("info", "an attempt may have been stored and its answer lost"),
    "_TIMED_OUT": Row("info", "the request may have been carried out"),
    "_TIMED_OUT_QUEUE": Row("info", "an earlier attempt may have been stored"),
    "_TRANSPORT": Row("info", "the connection broke after the request may have arrived"),
    "_PURGE_INFLIGHT": Row("info", "it was on its way when the client was purged"),
    # librdkafka puts a record that is to be retried back into the queue that is purged here.
    "_PURGE_QUEUE": Row("info", "it was queued, perhaps for another attempt after a first"),
    "_DESTROY": Row("info", "the client was closed; an attempt may have been stored"),
    "_FATAL": Row("info", "the producer failed for a reason that another record may have caused"),
    "_STATE": Row("info", "the producer is in a state that says nothing about this record"),
    "_FENCED": Row("info", "an attempt before the fencing may have been stored"),
    "_UNKNOWN_TOPIC": Row("info", "the topic is gone; an attempt before that may have been stored"),
    "UNKNOWN_TOPIC_OR_PART": Row("info", "a broker that has just started says so as well"),
    "NOT_LEADER_FOR_PARTITION": Row("info", "can follow a send that was stored (KAFKA-13574)"),
    "LEADER_NOT_AVAILABLE": Row("info", "an earlier attempt may have been stored"),
    "BROKER_NOT_AVAILABLE": Row("info", "an earlier attempt may have been stored"),
    "REQUEST_TIMED_OUT": Row("info", "stored by the leader, not confirmed by the followers"),
    "NOT_ENOUGH_REPLICAS": Row("info", "this attempt was refused; an earlier one may be stored"),
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND": Row("info", "stored by the leader, by too few followers"),
    "KAFKA_STORAGE_ERROR": Row("info", "the disk failed somewhere in the append"),
    "NETWORK_EXCEPTION": Row("info", "the broker lost a connection half-way"),
    "INVALID_MSG": Row("info", "damaged in transit; an earlier attempt may have arrived intact"),
    "UNKNOWN": Row("info", "the broker met an error it has no name for"),
    "OUT_OF_ORDER_SEQUENCE_NUMBER": Row("info", "says which batch came last, not if this one did"),
    "INVALID_PRODUCER_EPOCH": Row("info", "an attempt before the fencing may have been stored"),
    "PRODUCER_FENCED": Row("info", "an attempt before the fencing may have been stored"),
    "UNKNOWN_PRODUCER_ID": Row("info", "the log forgot the producer, maybe after storing this"),
    "INVALID_TXN_STATE": Row("info", "a transaction that ends does not tell what it stored"),
}
_UNLISTED = Row("info", "not in the table: nothing is known, so it may have happened")


def row_of(error: KafkaErrorLike | BaseException) -> Row:
    """What `error`, met while sending, says about the send."""
    return TABLE.get(_code_name(error), _UNLISTED)


def outcome_of(error: KafkaErrorLike | BaseException) -> Outcome:
    """`fail` when the send certainly did not happen, else `info`."""
    return row_of(error).outcome


def name_of(error: KafkaErrorLike | BaseException) -> str:
    """`kafka:_MSG_TIMED_OUT`: what a history calls the error."""
    return f"kafka:{_code_name(error)}"


def _code_name(error: KafkaErrorLike | BaseException) -> str:
    if isinstance(error, BufferError):
        return "_QUEUE_FULL"
    if isinstance(error, KafkaException):
        return str(error.args[0].name())
    if isinstance(error, BaseException):
        return type(error).__name__
    return error.name()
