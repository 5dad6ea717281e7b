"""A feed as teams write them: ask the table for rows that changed lately, and send each as it is.

It sees what a row is when it looks, neither what was overwritten in between nor that one is gone.
"""

import json
import os
import signal
import threading
from typing import Any

import pymysql
from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

EVERY_S = 0.2
NUMBER = {"type": "long"}
KEY = {"type": "record", "name": "OrderKey", "fields": [{"name": "id", **NUMBER}]}
ORDER = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "id", **NUMBER}, {"name": "version", **NUMBER}],
}
QUERY = (
    "SELECT changed, id, version FROM orders "
    "WHERE (changed > %s OR changed = %s AND id > %s) "
    "AND changed <= CURRENT_TIMESTAMP(6) - INTERVAL 500000 MICROSECOND ORDER BY changed, id"
)


def run() -> None:
    """Send new rows until the process is told to end, and then those that are on their way."""
    told_to_end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_end.set())
    topic = os.environ["TOPICS"]
    registry = SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"]})
    key, value = (AvroSerializer(registry, json.dumps(schema)) for schema in (KEY, ORDER))
    producer = Producer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
        }
    )
    database = pymysql.connect(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"],
        database=os.environ["MYSQL_DATABASE"],
        autocommit=True,
    )
    seen: tuple[Any, int] = ("1970-01-02 00:00:00", -1)
    while not told_to_end.wait(EVERY_S):
        cursor = database.cursor()
        cursor.execute(QUERY, (seen[0], *seen))
        for changed, number, version in cursor.fetchall():
            producer.produce(
                topic,
                key=key({"id": number}, SerializationContext(topic, MessageField.KEY)),
                value=value(
                    {"id": number, "version": version},
                    SerializationContext(topic, MessageField.VALUE),
                ),
            )
            seen = (changed, number)
        producer.flush()
