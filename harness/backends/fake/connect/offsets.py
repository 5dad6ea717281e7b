"""How far sources have read, as the topic of offsets says."""

import json
from contextlib import closing

from confluent_kafka import KafkaException, TopicPartition

from harness.backends.fake.connect.data import Place
from harness.backends.fake.connect.senders import OFFSETS_TOPIC
from harness.backends.fake.kafka.clients import FakeKafka
from harness.model.value import Settings

ALL = 10_000_000


def read_places(kafka: FakeKafka, connector: str) -> dict[str, Place] | None:
    """By what a source reads from, as JSON, where it stands; None while nobody can say.

    Args:
        kafka: is asked for what is committed.
        connector: whose.
    """
    try:
        end = kafka.stable_end(OFFSETS_TOPIC, 0)
    except KafkaException:
        return None
    found: dict[str, Place | None] = {}
    settings: Settings = {"group.id": f"{OFFSETS_TOPIC}-reader", "enable.auto.commit": False}
    with closing(kafka.consumer(settings)) as consumer:
        place = TopicPartition(OFFSETS_TOPIC, 0, 0)
        consumer.assign([place])
        for message in consumer.consume(ALL, 0):
            key = json.loads(message.key() or b"[]")
            if key[:1] == [connector]:
                found[json.dumps(key[1])] = json.loads(message.value() or b"null")
        read_to = max(0, consumer.position([place])[0].offset)
    if read_to < end:
        return None
    return {source: at for source, at in found.items() if at is not None}
