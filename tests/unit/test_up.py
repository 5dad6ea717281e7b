"""What `harness up` tells of a stack, and which ports it asks for."""

from harness.backends.docker.compose import PIPELINE
from harness.engine.commands.up import addresses, ports_from
from harness.model.topology import Topology
from harness.systems.blueprint import Blueprint, listeners_of

HUSH = "drawn-for-it"


def blueprint(topology: Topology) -> Blueprint:
    return Blueprint(topology=topology, ports=ports_from(9092, topology), password=HUSH)


def test_the_first_ports_are_the_brokers_and_no_listener_is_left_out() -> None:
    ports = ports_from(9092, PIPELINE)
    assert [ports[f"client-broker-{number}"] for number in (1, 2, 3)] == [9092, 9093, 9094]
    assert set(ports) == set(listeners_of(PIPELINE))
    assert sorted(ports.values()) == list(range(9092, 9092 + len(ports)))


def test_a_client_is_told_all_that_it_needs() -> None:
    told = addresses("chaos-1", blueprint(PIPELINE))
    assert told["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094"
    assert set(told) == {
        "KAFKA_BOOTSTRAP_SERVERS",
        "SCHEMA_REGISTRY_URL",
        "CONNECT_URL",
        "MYSQL_URL",
        "MYSQL_USER",
        "MYSQL_PASSWORD",
        "REDIS_URL",
    }
    assert told["MYSQL_PASSWORD"] == "$(harness password chaos-1)"  # noqa: S105 - how to get it
    assert HUSH not in str(told)


def test_nothing_is_told_of_what_is_not_there() -> None:
    told = addresses("chaos-1", blueprint(Topology()))
    assert set(told) == {"KAFKA_BOOTSTRAP_SERVERS"}
