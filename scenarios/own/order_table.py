"""A consumer as teams write them: order events, or order rows, from Kafka into a table.

An event is committed after its row is, so a crash repeats some events, which changes nothing.
"""

import os
from typing import Any

import pymysql
from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer

PUT = "REPLACE INTO orders (id, version) VALUES (%s, %s)"


def run() -> None:
    """Keep the table until the process ends."""
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "group.id": os.environ["GROUP_ID"],
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe(os.environ["TOPICS"].split(","))
    decode = AvroDeserializer(SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"]}))
    database = pymysql.connect(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"],
        database=os.environ["MYSQL_DATABASE"],
        autocommit=True,
    )
    while True:
        messages = [each for each in consumer.consume(100, 0.5) if each.error() is None]
        for message in messages:
            told: Any = decode(message.value(), None)
            if told is not None:
                apply(database.cursor(), told)
        if messages:
            consumer.commit(asynchronous=False)


def apply(cursor: Any, told: dict[str, Any]) -> None:  # noqa: ANN401 - of an untyped library
    """Write what one record tells: an envelope of Debezium's, or a row."""
    after = told["after"] if "op" in told else told
    if after is None:
        cursor.execute("DELETE FROM orders WHERE id = %s", (told["before"]["id"],))
    else:
        cursor.execute(PUT, (after["id"], after["version"]))
