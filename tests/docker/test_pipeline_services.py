"""Every service of a pipeline: it serves, comes back with its data, and its links can be cut."""

import json
from collections.abc import Callable, Iterator

import httpx2
import pymysql
import pytest
import redis
from confluent_kafka import KafkaException
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from harness.backends.docker.stack import DockerStack
from harness.kit.errors import FaultError
from harness.kit.http import HttpError
from harness.kit.waits import NotYet, wait_until
from harness.model.ports.databases import Cursor
from harness.model.ports.powers import Links
from harness.model.roles import Task
from harness.systems.mysql import errors as mysql_errors
from harness.systems.redis import errors as redis_errors
from tests.docker.connectors import change_capture, connector, file_source

pytestmark = [pytest.mark.docker, pytest.mark.slow]

INT = '{"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]}'
TEXT = INT.replace('"int"', '"string"')
WIDER = INT.replace("}]", '}, {"name": "b", "type": ["null", "int"], "default": null}]')


def wait_for(what: str, holds: Callable[[], object], *, limit_s: float = 60) -> None:
    wait_until(
        what, lambda: True if holds() else NotYet("not yet"), limit_s=limit_s, interval_s=0.1
    )


def wait_healthy(stack: DockerStack) -> None:
    wait_until(
        "the stack to be healthy",
        lambda: NotYet(missing) if (missing := stack.unhealthy()) else True,
        limit_s=60,
        interval_s=0.2,
    )


@pytest.fixture(autouse=True)
def _left_as_found(pipeline: DockerStack) -> Iterator[None]:
    yield
    wait_healthy(pipeline)


@pytest.fixture
def database(pipeline: DockerStack, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with an empty table `t`."""
    database = f"d{abs(hash(request.node.name)) % 10**8}"
    cursor = sql(pipeline)
    cursor.execute(f"CREATE DATABASE {database}")
    cursor.execute(f"CREATE TABLE {database}.t (id INT PRIMARY KEY, v INT)")
    yield database
    sql(pipeline).execute(f"DROP DATABASE {database}")


def sql(stack: DockerStack, database: str | None = None, service: str = "mysql") -> Cursor:
    return stack.mysql.connection(service, database=database, autocommit=True).cursor()


def rows(stack: DockerStack, database: str, service: str = "mysql") -> list[int]:
    cursor = sql(stack, database, service)
    cursor.execute("SELECT id FROM t ORDER BY id")
    return [number for (number,) in cursor.fetchall()]


def test_a_killed_mysql_keeps_what_it_acknowledged_and_nothing_that_failed(
    pipeline: DockerStack, database: str
) -> None:
    committed = pipeline.mysql.connection(database=database)
    committed.cursor().executemany("INSERT INTO t VALUES (%s, 0)", [(n,) for n in range(100)])
    committed.commit()
    hanging = pipeline.mysql.connection(database=database)
    hanging.cursor().execute("INSERT INTO t VALUES (100, 0)")
    pipeline.services.kill("mysql")
    with pytest.raises(pymysql.Error) as caught:
        hanging.commit()
    assert mysql_errors.name_of(caught.value) in {"mysql:2006", "mysql:2013"}
    with pytest.raises(pymysql.Error) as caught:
        hanging.commit()
    assert mysql_errors.outcome_of(caught.value, committing=True) == "fail"
    pipeline.services.start("mysql")
    wait_healthy(pipeline)
    assert rows(pipeline, database) == list(range(100))


def test_errors_of_mysql_have_the_numbers_that_the_table_knows(
    pipeline: DockerStack, database: str
) -> None:
    first = pipeline.mysql.connection(database=database)
    second = pipeline.mysql.connection(database=database)
    one, two = first.cursor(), second.cursor()
    one.execute("INSERT INTO t VALUES (1, 0), (2, 0)")
    with pytest.raises(pymysql.Error) as caught:
        one.execute("INSERT INTO t VALUES (1, 0)")
    assert mysql_errors.name_of(caught.value) == "mysql:1062"
    first.commit()
    one.execute("UPDATE t SET v = 1 WHERE id = 1")
    two.execute("SET innodb_lock_wait_timeout = 1")
    with pytest.raises(pymysql.Error) as caught:
        two.execute("UPDATE t SET v = 2 WHERE id = 1")
    assert mysql_errors.name_of(caught.value) == "mysql:1205"
    second.rollback()  # it is still open
    first.rollback()
    with pytest.raises(pymysql.Error) as caught:
        sql(pipeline, database, "mysql-replica").execute("INSERT INTO t VALUES (3, 0)")
    assert mysql_errors.name_of(caught.value) == "mysql:1290"


def test_a_paused_mysql_is_noticed_and_the_commit_may_have_happened(
    pipeline: DockerStack, database: str
) -> None:
    connection = pipeline.mysql.connection(database=database, answer_limit_s=1.0)
    connection.cursor().execute("INSERT INTO t VALUES (1, 0)")
    pipeline.services.pause("mysql")
    try:
        with pytest.raises(pymysql.Error) as caught:
            connection.commit()
    finally:
        pipeline.services.resume("mysql")
    assert mysql_errors.name_of(caught.value) == "mysql:2013"
    assert mysql_errors.outcome_of(caught.value, committing=True) == "info"


def test_a_mysql_replica_lags_while_its_link_is_cut(pipeline: DockerStack, database: str) -> None:
    pipeline.power(Links).cut_link("mysql-replica", "mysql")
    try:
        assert pipeline.power(Links).link_fails("mysql-replica", "mysql")
        sql(pipeline, database).execute("INSERT INTO t VALUES (1, 0)")
        wait_for("the replica to notice", lambda: pipeline.services.ready("mysql-replica"))
        assert rows(pipeline, database) == [1]
    finally:
        pipeline.power(Links).mend_link("mysql-replica", "mysql")
    assert pipeline.power(Links).link_fails("mysql-replica", "mysql") is None
    wait_for("the replica to catch up", lambda: rows(pipeline, database, "mysql-replica") == [1])


def test_a_killed_mysql_replica_goes_on_where_it_was(pipeline: DockerStack, database: str) -> None:
    pipeline.services.kill("mysql-replica")
    sql(pipeline, database).execute("INSERT INTO t VALUES (1, 0)")
    pipeline.services.start("mysql-replica")
    wait_healthy(pipeline)
    wait_for("the replica to catch up", lambda: rows(pipeline, database, "mysql-replica") == [1])


def test_a_killed_redis_keeps_its_append_only_file(pipeline: DockerStack) -> None:
    client = pipeline.redis.client()
    assert client.execute_command("SET", "kept", "yes")
    pipeline.services.kill("redis")
    with pytest.raises(redis.RedisError) as caught:
        pipeline.redis.client().execute_command("SET", "kept", "no")
    assert redis_errors.outcome_of(caught.value) == "fail", "no connection was made"
    pipeline.services.start("redis")
    wait_healthy(pipeline)
    assert client.execute_command("GET", "kept") == "yes"


def test_a_paused_redis_is_noticed_and_the_command_may_have_happened(
    pipeline: DockerStack,
) -> None:
    client = pipeline.redis.client(answer_limit_s=1.0)
    client.execute_command("PING")
    pipeline.services.pause("redis")
    try:
        with pytest.raises(redis.RedisError) as caught:
            client.execute_command("SET", "paused", "1")
    finally:
        pipeline.services.resume("redis")
    assert redis_errors.name_of(caught.value) == "redis:TimeoutError"
    assert redis_errors.outcome_of(caught.value) == "info"


def test_a_redis_replica_lags_while_its_link_is_cut(pipeline: DockerStack) -> None:
    master, replica = pipeline.redis.client(), pipeline.redis.client("redis-replica")
    with pytest.raises(redis.RedisError) as caught:
        replica.execute_command("SET", "lag", "1")
    assert redis_errors.name_of(caught.value) == "redis:READONLY"
    pipeline.power(Links).cut_link("redis-replica", "redis")
    try:
        master.execute_command("SET", "lag", "1")
        wait_for("the replica to notice", lambda: pipeline.services.ready("redis-replica"))
        assert replica.execute_command("GET", "lag") is None
    finally:
        pipeline.power(Links).mend_link("redis-replica", "redis")
    wait_for("the replica to catch up", lambda: replica.execute_command("GET", "lag") == "1")
    master.execute_command("DEL", "lag")


def test_a_closed_link_stays_closed_when_the_proxy_is_restarted(pipeline: DockerStack) -> None:
    pipeline.power(Links).cut_link("connect", "mysql")
    try:
        pipeline.services.kill("toxiproxy")
        pipeline.services.start("toxiproxy")
        assert pipeline.power(Links).link_fails("connect", "mysql")
        assert pipeline.power(Links).link_fails("mysql-replica", "mysql") is None
    finally:
        pipeline.power(Links).mend_link("connect", "mysql")


def test_the_registry_refuses_what_is_incompatible_and_keeps_its_schemas(
    pipeline: DockerStack,
) -> None:
    registry = pipeline.registry
    assert registry.compatibility() == "BACKWARD"
    others = set(registry.subjects())
    first = registry.register("orders", INT)
    with pytest.raises(HttpError) as caught:
        registry.register("orders", TEXT)
    assert caught.value.status == 409
    assert not registry.is_compatible("orders", TEXT)
    assert registry.is_compatible("orders", WIDER)
    pipeline.services.kill("registry")
    pipeline.services.start("registry")
    wait_healthy(pipeline)
    assert set(registry.subjects()) == {*others, "orders"}
    assert registry.versions("orders") == (1,)
    assert registry.register("orders", INT) == first
    registry.delete("orders")
    assert set(registry.subjects()) == others


def test_serializers_of_the_kafka_client_use_the_registry(pipeline: DockerStack) -> None:
    context = SerializationContext("payments", MessageField.VALUE)

    def there_and_back() -> bytes:
        with pipeline.registry.client() as client:
            encoded: bytes = AvroSerializer(client, INT)({"a": 7}, context)
            assert AvroDeserializer(client)(encoded, context) == {"a": 7}
        return encoded

    # Its client does not ask twice, and a registry that has just started is slow at first.
    encoded = wait_until(
        "the registry", there_and_back, limit_s=30, retry_on=(httpx2.TransportError,)
    )
    assert encoded[0] == 0
    registered = pipeline.registry.schema(int.from_bytes(encoded[1:5]))
    assert json.loads(registered) == json.loads(INT)
    pipeline.registry.delete("payments-value")


def end_of(stack: DockerStack, topic: str) -> int:
    try:
        return stack.kafka.watermarks(topic, 0)[1]
    except KafkaException:
        return -1


def worker_of(stack: DockerStack, name: str) -> str | None:
    try:
        return stack.connect.worker_of(name)
    except FaultError:
        return None


def test_changes_are_captured_and_go_on_when_the_worker_is_killed(
    pipeline: DockerStack, database: str
) -> None:
    sql(pipeline, database).execute("INSERT INTO t VALUES (1, 0)")
    with connector(pipeline, database, change_capture(pipeline, database)):
        topic = f"{database}.{database}.t"
        wait_for("the first row to arrive", lambda: end_of(pipeline, topic) > 0)
        (worker,) = pipeline.resolve(Task(connector=database, index=0))
        assert worker in pipeline.topology.worker_names
        pipeline.services.kill(worker)
        before = end_of(pipeline, topic)
        sql(pipeline, database).execute("INSERT INTO t VALUES (2, 0)")
        wait_for("the task to move", lambda: worker_of(pipeline, database) not in {worker, None})
        wait_for("the second row to arrive", lambda: end_of(pipeline, topic) > before)
        pipeline.services.start(worker)
        wait_healthy(pipeline)
        pipeline.connect.wait_running(database)
        assert pipeline.connect.offsets(database)


def test_a_connector_survives_a_cut_from_its_database(pipeline: DockerStack, database: str) -> None:
    sql(pipeline, database).execute("INSERT INTO t VALUES (1, 0)")
    with connector(pipeline, database, change_capture(pipeline, database)):
        topic = f"{database}.{database}.t"
        wait_for("the first row to arrive", lambda: end_of(pipeline, topic) > 0)
        pipeline.power(Links).cut_link("connect", "mysql")
        try:
            sql(pipeline, database).execute("INSERT INTO t VALUES (2, 0)")
        finally:
            pipeline.power(Links).mend_link("connect", "mysql")
        before = end_of(pipeline, topic)
        sql(pipeline, database).execute("INSERT INTO t VALUES (3, 0)")
        wait_for("the rows to arrive", lambda: end_of(pipeline, topic) > before)


def test_workers_that_are_cut_off_from_the_brokers_come_back(pipeline: DockerStack) -> None:
    with connector(pipeline, "lines", file_source("lines")):
        brokers = pipeline.topology.broker_names
        for broker in brokers:
            pipeline.power(Links).cut_link("connect", broker)
        try:
            assert pipeline.kafka.shortcoming() is None, "others still reach the brokers"
            wait_for("the group to fall apart", lambda: pipeline.services.ready("connect-1"))
        finally:
            for broker in brokers:
                pipeline.power(Links).mend_link("connect", broker)
        wait_healthy(pipeline)
        pipeline.connect.wait_running("lines")


def test_a_connector_is_stopped_forgets_and_is_deleted(pipeline: DockerStack) -> None:
    with connector(pipeline, "lines", file_source("lines")):
        wait_for("a line to be sent", lambda: pipeline.connect.offsets("lines"))
        with pytest.raises(HttpError):
            pipeline.connect.reset_offsets("lines")
        pipeline.connect.stop("lines")
        wait_for("its tasks to end", lambda: not pipeline.connect.status("lines")["tasks"])
        pipeline.connect.reset_offsets("lines")
        assert pipeline.connect.offsets("lines") == []
        pipeline.connect.resume("lines")
        pipeline.connect.wait_running("lines")
    assert "lines" not in pipeline.connect.names()
    pipeline.connect.delete("lines")
