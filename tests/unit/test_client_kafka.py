"""Client settings, without a cluster."""

import subprocess
import sys

import pytest

from harness.clients.kafka import EVERY_CLIENT, EVERY_CONSUMER, EVERY_PRODUCER, KafkaClients
from harness.kit.errors import UsageError


@pytest.fixture
def clients() -> KafkaClients:
    return KafkaClients("127.0.0.1:1", {1: ("127.0.0.1", 1)})


def test_a_setting_that_librdkafka_does_not_know_is_named(clients: KafkaClients) -> None:
    with pytest.raises(UsageError, match=r"no\.such\.setting"):
        clients.producer({"no.such.setting": 1})
    with pytest.raises(UsageError, match=r"group\.id"):
        clients.consumer({})


def test_the_settings_of_a_scenario_are_laid_over_our_own(clients: KafkaClients) -> None:
    merged = clients._merged(EVERY_PRODUCER, {"socket.timeout.ms": 99, "acks": "1"})
    assert merged["socket.timeout.ms"] == 99
    assert merged["acks"] == "1"
    assert merged["message.timeout.ms"] == EVERY_PRODUCER["message.timeout.ms"]


def test_a_setting_under_its_other_name_pushes_out_our_own(clients: KafkaClients) -> None:
    merged = clients._merged(EVERY_PRODUCER, {"delivery.timeout.ms": 7000})
    assert "message.timeout.ms" not in merged
    assert merged["delivery.timeout.ms"] == 7000


def test_our_own_settings_promise_nothing() -> None:
    promises = {"acks", "enable.idempotence", "retries", "isolation.level", "enable.auto.commit"}
    assert promises.isdisjoint(EVERY_CLIENT)
    assert promises.isdisjoint(EVERY_PRODUCER)
    assert promises.isdisjoint(EVERY_CONSUMER)


def test_librdkafka_never_writes_to_the_terminal() -> None:
    # In a process of its own: pytest listens to every logger.
    code = """
from harness.clients.kafka import KafkaClients
producer = KafkaClients("127.0.0.1:1", {}).producer({})
producer.produce("topic", b"value")
producer.flush(0.3)
producer.purge()
producer.flush(0.3)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout + ran.stderr == ""
