"""The compose file for people says the same as the containers."""

from pathlib import Path

import pytest
import yaml

from harness.backends.docker.compose import KRAFT, PIPELINE, TOPOLOGIES, render_compose
from harness.backends.docker.images.recipes import names
from harness.backends.docker.published import fixed_ports
from harness.model.topology import Topology
from harness.systems.blueprint import Blueprint

COMPOSE = Path(__file__).parents[2] / "compose"
EVERYTHING = Topology(
    zookeepers=3,
    registry=True,
    connect_workers=3,
    mysql=True,
    mysql_replica=True,
    postgres=True,
    redis=True,
    redis_replica=True,
)


@pytest.fixture(autouse=True)
def _no_replaced_images(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names():
        monkeypatch.delenv(f"HARNESS_IMAGE_{name.upper()}", raising=False)


@pytest.mark.parametrize("file", TOPOLOGIES)
def test_the_committed_files_are_current(file: str) -> None:
    committed = (COMPOSE / f"{file}.yaml").read_text()
    again = committed.partition("`")[2].partition("`")[0]
    assert committed == render_compose(TOPOLOGIES[file], file), f"run `{again}`"


@pytest.mark.parametrize("topology", [Topology(brokers=1), KRAFT, PIPELINE, EVERYTHING])
def test_it_holds_every_service_with_its_settings_and_ports(topology: Topology) -> None:
    document = yaml.safe_load(render_compose(topology))
    blueprint = Blueprint(topology=topology, ports=fixed_ports(topology))
    assert set(document["services"]) == set(blueprint.services)
    for name, spec in blueprint.services.items():
        service = document["services"][name]
        assert service.get("environment", {}) == dict(spec.environment)
        assert service.get("sysctls", {}) == dict(spec.sysctls)
        assert service.get("command", []) == list(spec.command)
        assert service.get("depends_on", []) == list(spec.after)
        assert len(service.get("ports", [])) == len(spec.published)


def test_ports_are_published_on_loopback_only() -> None:
    document = yaml.safe_load(render_compose(EVERYTHING))
    ports = [port for service in document["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_properties_are_blocks_that_people_can_read() -> None:
    assert "SERVER_PROPERTIES: |\n        broker.id=1\n" in render_compose(Topology())
