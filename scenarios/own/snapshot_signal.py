"""A consumer that, half-way, asks the connector for a snapshot of the table once more.

It does so as Debezium has it: by a row in a table of signals, which is beside the source's own.
"""

import json
import os
from typing import Any

import pymysql
from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer

PUT = "REPLACE INTO orders (id, version) VALUES (%s, %s)"
MADE = (
    "CREATE TABLE IF NOT EXISTS {}.signals "
    "(id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048))"
)
ASKED = "INSERT INTO {}.signals VALUES ('again', 'execute-snapshot', %s)"
HALF_WAY = 100
"""Events."""


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
    cursor = pymysql.connect(
        host=os.environ["MYSQL_HOST"],
        port=int(os.environ["MYSQL_PORT"]),
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"],
        database=os.environ["MYSQL_DATABASE"],
        autocommit=True,
    ).cursor()
    source = os.environ["SOURCE_DATABASE"]
    wanted = json.dumps({"data-collections": [f"{source}.orders"], "type": "INCREMENTAL"})
    cursor.execute(MADE.format(source))
    applied, asked = 0, False
    while True:
        for message in consumer.consume(20, 0.5):
            if message.error() is None:
                told: Any = decode(message.value(), None)
                apply(cursor, told)
                applied += 1
        if applied >= HALF_WAY and not asked:
            cursor.execute(ASKED.format(source), (wanted,))
            asked = True


def apply(cursor: Any, told: dict[str, Any] | None) -> None:  # noqa: ANN401 - of an untyped library
    """Write what one event tells of a row; a tombstone tells nothing new."""
    if told is None:
        return
    after = told["after"]
    if after is None:
        cursor.execute("DELETE FROM orders WHERE id = %s", (told["before"]["id"],))
    else:
        cursor.execute(PUT, (after["id"], after["version"]))
