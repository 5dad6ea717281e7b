"""The table of definite and indefinite errors."""

import pytest
from confluent_kafka import KafkaError, KafkaException

from harness.systems.kafka import topic_errors
from harness.systems.kafka.errors import TABLE, name_of, outcome_of

KNOWN = {KafkaError(code).name() for code in range(-200, 150)}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_row_names_an_error_of_the_client_and_gives_a_reason(name: str) -> None:
    assert name in KNOWN
    assert TABLE[name].reason


@pytest.mark.parametrize("name", sorted(topic_errors.TABLE))
def test_every_row_about_topics_names_an_error_and_gives_a_reason(name: str) -> None:
    assert name in KNOWN
    assert topic_errors.TABLE[name].reason


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (KafkaError.INVALID_REPLICATION_FACTOR, "fail"),
        (KafkaError._TIMED_OUT, "info"),
        (KafkaError.TOPIC_ALREADY_EXISTS, "info"),
        (KafkaError._CRIT_SYS_RESOURCE, "info"),
    ],
)
def test_a_request_about_topics_fails_only_where_every_attempt_must(
    code: int, outcome: str
) -> None:
    assert topic_errors.outcome_of(KafkaException(KafkaError(code))) == outcome


@pytest.mark.parametrize(
    ("code", "name", "outcome"),
    [
        (KafkaError._MSG_TIMED_OUT, "kafka:_MSG_TIMED_OUT", "info"),
        (KafkaError._PURGE_INFLIGHT, "kafka:_PURGE_INFLIGHT", "info"),
        (KafkaError.NOT_LEADER_FOR_PARTITION, "kafka:NOT_LEADER_FOR_PARTITION", "info"),
        (KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND, None, "info"),
        (KafkaError._QUEUE_FULL, "kafka:_QUEUE_FULL", "fail"),
        (KafkaError.MSG_SIZE_TOO_LARGE, "kafka:MSG_SIZE_TOO_LARGE", "fail"),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, None, "fail"),
        (KafkaError.TOPIC_EXCEPTION, None, "fail"),
    ],
)
def test_errors_are_judged_by_whether_the_record_can_be_stored(
    code: int, name: str | None, outcome: str
) -> None:
    error = KafkaError(code)
    assert outcome_of(error) == outcome
    assert outcome_of(KafkaException(error)) == outcome
    assert name is None or name_of(error) == name


def test_a_full_local_queue_is_definite() -> None:
    assert outcome_of(BufferError("Local: Queue full")) == "fail"
    assert name_of(BufferError()) == "kafka:_QUEUE_FULL"


def test_an_error_that_nobody_listed_may_have_happened() -> None:
    assert outcome_of(KafkaError(KafkaError._CRIT_SYS_RESOURCE)) == "info"
    assert outcome_of(ValueError("what?")) == "info"
    assert name_of(ValueError("what?")) == "kafka:ValueError"
