"""A consumer as teams write them: order events from Kafka into Redis, so that pages load fast.

The bug is in `run`: what Redis does not take is logged, and its offset is committed all the same.
"""

import os
from typing import Any

import redis
from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from redis.backoff import ConstantBackoff
from redis.retry import Retry

RETRIES = int(os.environ["REDIS_RETRIES"])
"""How often Redis is asked again, every 20 ms, before an entry is given up; -1: for ever."""


def run() -> None:
    """Keep the cache until the process ends."""
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "group.id": os.environ["GROUP_ID"],
            "auto.offset.reset": "earliest",
            "enable.auto.offset.store": False,
        }
    )
    consumer.subscribe(os.environ["TOPICS"].split(","))
    registry = SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"]})
    decode = AvroDeserializer(registry)
    cache = redis.Redis(
        os.environ["REDIS_HOST"],
        int(os.environ["REDIS_PORT"]),
        socket_timeout=1.0,
        retry=Retry(ConstantBackoff(0.02), RETRIES),
    )
    while True:
        message = consumer.poll(1.0)
        if message is None or message.error() or message.value() is None:
            continue
        try:
            apply(cache, decode(message.value(), None))
        except redis.RedisError as error:
            print(f"redis: {error}", flush=True)
        consumer.store_offsets(message)


def apply(cache: redis.Redis, change: dict[str, Any]) -> None:
    """Write one change into the cache."""
    row = change["after"] or change["before"]
    entry = f"{os.environ['REDIS_KEY_PREFIX']}orders:{row['id']}"
    if change["after"] is None:
        cache.delete(entry)
    else:
        cache.hset(entry, mapping={name: str(value) for name, value in row.items()})
