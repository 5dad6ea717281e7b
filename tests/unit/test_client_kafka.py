"""Client settings, without a cluster."""

import subprocess
import sys

import pytest
from confluent_kafka import KafkaError, KafkaException

from harness.kit.errors import HarnessError, UsageError
from harness.model.defaults.dialects import EVERY_CONSUMER, EVERY_PRODUCER
from harness.model.workload import Topic
from harness.systems.kafka.client import KafkaClients
from harness.systems.kafka.settings import EVERY_CLIENT
from harness.systems.kafka.topic_setup import TopicSetup
from harness.systems.kafka.topics import TopicAdmin


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
from harness.systems.kafka.client import KafkaClients
producer = KafkaClients("127.0.0.1:1", {}).producer({})
producer.produce("topic", b"value")
producer.flush(0.3)
producer.purge()
producer.flush(0.3)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout + ran.stderr == ""


class Answers(TopicAdmin):
    """Stands for the administration of topics; answers with these errors, and then with none."""

    def __init__(self, *codes: int) -> None:
        self.left = list(codes)

    def create(self, topic: Topic) -> None:
        """Refuse `topic` while an error is left."""
        if self.left:
            raise KafkaException(KafkaError(self.left.pop(0), topic.name))


@pytest.mark.parametrize(
    "codes",
    [
        (KafkaError.NOT_CONTROLLER, KafkaError._DESTROY_BROKER, KafkaError.NOT_CONTROLLER),
        (KafkaError._TIMED_OUT, KafkaError.UNKNOWN),
        (KafkaError._TIMED_OUT, KafkaError.TOPIC_ALREADY_EXISTS),
    ],
)
def test_a_topic_is_asked_for_until_a_controller_has_answered(
    codes: tuple[int, ...],
) -> None:
    answers = Answers(*codes)
    TopicSetup(answers, views=dict, brokers=1).create(Topic(name="orders"))
    assert not answers.left


def test_a_topic_of_somebody_else_is_refused() -> None:
    setup = TopicSetup(Answers(KafkaError.TOPIC_ALREADY_EXISTS), views=dict, brokers=1)
    with pytest.raises(HarnessError, match="cannot create topic 'orders'"):
        setup.create(Topic(name="orders"))
