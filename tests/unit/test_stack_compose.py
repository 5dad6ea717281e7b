"""The compose file for people says the same as the containers."""

from pathlib import Path

import pytest
import yaml

from harness.model.topology import Topology
from harness.stack.compose import render_compose
from harness.stack.images import names
from harness.stack.published import fixed_ports
from harness.stack.specs import Blueprint

COMMITTED = Path(__file__).parents[2] / "compose" / "stack.yaml"


@pytest.fixture(autouse=True)
def _no_replaced_images(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names():
        monkeypatch.delenv(f"HARNESS_IMAGE_{name.upper()}", raising=False)


def test_the_committed_file_is_current() -> None:
    again = "run `python -m harness.stack.compose > compose/stack.yaml`"
    assert COMMITTED.read_text() == render_compose(Topology()), again


def test_it_holds_every_service_with_its_settings_and_ports() -> None:
    document = yaml.safe_load(render_compose(Topology(brokers=1)))
    blueprint = Blueprint(topology=Topology(brokers=1), ports=fixed_ports(Topology(brokers=1)))
    assert set(document["services"]) == set(blueprint.services)
    for name, spec in blueprint.services.items():
        service = document["services"][name]
        assert service.get("environment", {}) == dict(spec.environment)
        assert service["command"] == list(spec.command)
        assert len(service.get("ports", [])) == len(spec.published)


def test_ports_are_published_on_loopback_only() -> None:
    document = yaml.safe_load(render_compose(Topology()))
    ports = [port for service in document["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_properties_are_blocks_that_people_can_read() -> None:
    assert "SERVER_PROPERTIES: |\n        broker.id=1\n" in render_compose(Topology())
