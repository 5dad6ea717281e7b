"""Blueprints: what a topology turns into."""

import pytest

from harness.model.topology import Topology
from harness.stack.published import fixed_ports
from harness.stack.specs import Blueprint, ServiceSpec, links_of, listeners_of, properties


def blueprint(topology: Topology) -> Blueprint:
    return Blueprint(topology=topology, ports=fixed_ports(topology))


def settings(spec: ServiceSpec) -> dict[str, str]:
    lines = spec.environment["SERVER_PROPERTIES"].splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_every_broker_advertises_the_published_port_of_its_own_client_link() -> None:
    topology = Topology(brokers=3)
    ports = {name: 40000 + place for place, name in enumerate(listeners_of(topology))}
    services = Blueprint(topology=topology, ports=ports).services
    for name in topology.broker_names:
        advertised = settings(services[name])["advertised.listeners"]
        assert f"CLIENT://127.0.0.1:{ports[f'client-{name}']}" in advertised
        assert f"INTERNAL://{name}:" in advertised


def test_links_end_at_the_listener_that_advertises_the_proxy() -> None:
    services = blueprint(Topology()).services
    for link in links_of(Topology()):
        if link.service.startswith("broker"):
            assert f"CLIENT://0.0.0.0:{link.port}" in settings(services[link.service])["listeners"]


def test_the_proxy_is_the_only_way_in_from_the_host() -> None:
    publishing = [spec.name for spec in blueprint(Topology()).services.values() if spec.published]
    assert publishing == ["toxiproxy"]


def test_listeners_of_the_proxy_are_unique() -> None:
    listeners = listeners_of(Topology(brokers=5))
    assert len(set(listeners.values())) == len(listeners)


def test_settings_of_the_topology_are_laid_over_the_baseline() -> None:
    topology = Topology(broker_settings={"min.insync.replicas": 1, "log.segment.bytes": 1_000_000})
    found = settings(blueprint(topology).services["broker-2"])
    assert found["min.insync.replicas"] == "1"
    assert found["log.segment.bytes"] == "1000000"
    assert found["unclean.leader.election.enable"] == "false"


@pytest.mark.parametrize(("brokers", "replicas", "in_sync"), [(1, "1", "1"), (2, "2", "2")])
def test_a_small_cluster_asks_for_no_more_replicas_than_it_has(
    brokers: int, replicas: str, in_sync: str
) -> None:
    found = settings(blueprint(Topology(brokers=brokers)).services["broker-1"])
    assert found["offsets.topic.replication.factor"] == replicas
    assert found["transaction.state.log.min.isr"] == in_sync


def test_every_stored_directory_lies_under_its_data_directory() -> None:
    services = blueprint(Topology()).services
    assert settings(services["broker-1"])["log.dirs"].startswith(str(services["broker-1"].data))
    assert settings(services["zookeeper"])["dataDir"] == services["zookeeper"].data


def test_properties_are_written_as_java_reads_them() -> None:
    assert properties({"a.b": True, "c": 3, "d": "x y"}) == "a.b=true\nc=3\nd=x y\n"
