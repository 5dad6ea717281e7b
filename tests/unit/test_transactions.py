"""Which errors of a transaction are definite, and what its producer does next."""

import pytest
from confluent_kafka import KafkaError

from harness.systems.kafka.transaction_errors import COMMIT, commit_outcome, next_after

KNOWN = {KafkaError(code).name() for code in range(-200, 150)}


@pytest.mark.parametrize("name", sorted(COMMIT))
def test_every_row_names_an_error_of_the_client_and_gives_a_reason(name: str) -> None:
    assert name in KNOWN
    assert COMMIT[name].reason


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (KafkaError._INCONSISTENT, "fail"),
        (KafkaError.CLUSTER_AUTHORIZATION_FAILED, "fail"),
        (KafkaError._TIMED_OUT, "info"),
        (KafkaError._FENCED, "info"),
        (KafkaError.INVALID_TXN_STATE, "info"),
        (KafkaError._CRIT_SYS_RESOURCE, "info"),
    ],
)
def test_a_commit_is_definite_only_where_nothing_was_asked_for(code: int, outcome: str) -> None:
    assert commit_outcome(KafkaError(code)) == outcome


def test_what_to_do_next_is_what_the_client_says() -> None:
    aborts = KafkaError(KafkaError._INCONSISTENT, txn_requires_abort=True)
    assert next_after(aborts) == "abort"
    assert next_after(KafkaError(KafkaError._TIMED_OUT, retriable=True)) == "again"
    assert next_after(KafkaError(KafkaError._FENCED, fatal=True)) == "begin anew"
    assert next_after(KafkaError(KafkaError._STATE)) == "begin anew"
