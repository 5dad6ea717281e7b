"""Booting without an engine: ports that are taken, and what labels tell."""

import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from docker import errors

from harness.backends.docker import containers, engine, labels, lifecycle
from harness.backends.docker.labels import Identity
from harness.backends.docker.published import fixed_ports, free_ports
from harness.kit.errors import BootError, NoDiskError, NoDockerError, PortTakenError
from harness.kit.owner import Owner
from harness.model.topology import Topology
from harness.systems.blueprint import Blueprint, ServiceSpec


@pytest.fixture
def taken_ports(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, int]]:
    """An engine whose ports are all taken; the list has every choice that was tried."""
    tried: list[Mapping[str, int]] = []

    def refuse(
        _api: object, _topology: Topology, ports: Mapping[str, int], *_: Any, **__: Any
    ) -> None:
        tried.append(ports)
        raise PortTakenError("port is already allocated")

    monkeypatch.setattr(lifecycle, "connect", lambda: None)
    monkeypatch.setattr(lifecycle, "require_disk", lambda _api: None)
    monkeypatch.setattr(lifecycle, "_images", lambda *_: {})
    monkeypatch.setattr(lifecycle, "_boot", refuse)
    return tried


def launched(
    monkeypatch: pytest.MonkeyPatch, topology: Topology, *, failing: str = ""
) -> list[str]:
    """The services of `topology` in the order in which their containers are started."""
    order: list[str] = []

    def launch(spec: ServiceSpec, *_: object) -> None:
        if spec.name == failing:
            raise BootError(f"cannot start {failing}")
        order.append(spec.name)

    monkeypatch.setattr(containers, "launch", launch)
    monkeypatch.setattr(containers, "create_network", lambda *_: None)
    blueprint = Blueprint(topology=topology, ports=fixed_ports(topology))
    tags = {name: spec.image for name, spec in blueprint.services.items()}
    identity = Identity(
        stack="chaos-1",
        owner=Owner(boot="b", namespace="1", process="1:2"),
        kept=False,
        topology=topology.digest,
        made_of=labels.made_of(blueprint, tags),
    )
    lifecycle._launch(identity, blueprint, tags)
    return order


def test_containers_start_after_those_whose_names_they_look_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = launched(monkeypatch, Topology(brokers=2, registry=True, connect_workers=1))
    assert order.index("registry") > max(order.index("broker-1"), order.index("broker-2"))
    assert order.index("connect-1") > order.index("toxiproxy")


def test_what_cannot_be_started_keeps_those_after_it_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BootError, match="cannot start broker-1"):
        launched(monkeypatch, Topology(brokers=1, registry=True), failing="broker-1")


def test_taken_ports_are_picked_again_a_limited_number_of_times(
    taken_ports: list[Mapping[str, int]],
) -> None:
    with pytest.raises(PortTakenError):
        lifecycle.boot(Topology(), kept=False)
    assert len(taken_ports) == lifecycle.PORT_PICKS_MAX
    assert taken_ports[0] != taken_ports[1]


def test_a_port_asked_for_by_number_is_not_picked_again(
    taken_ports: list[Mapping[str, int]],
) -> None:
    with pytest.raises(PortTakenError):
        lifecycle.boot(Topology(), kept=False, ports=fixed_ports(Topology()))
    assert taken_ports == [fixed_ports(Topology())]


def test_free_ports_are_all_different() -> None:
    ports = free_ports(Topology(brokers=9))
    assert len(set(ports.values())) == len(ports)


def test_labels_tell_all_that_is_needed_to_attach_again() -> None:
    topology = Topology(brokers=2, broker_settings={"num.io.threads": 2})
    blueprint = Blueprint(topology=topology, ports=free_ports(topology))
    identity = Identity(
        stack="chaos-1",
        owner=Owner(boot="b", namespace="1", process="1:2"),
        kept=True,
        topology=topology.digest,
        made_of="x",
    )
    written = identity.labels(blueprint, "broker-1")
    assert labels.identity_of(written) == identity
    read = labels.blueprint_of(written)
    assert read is not None
    assert read.topology == topology
    assert read.ports == blueprint.ports


def test_what_a_stack_is_made_of_tells_images_and_settings_apart() -> None:
    def digest(image: str, **settings: int) -> str:
        topology = Topology(brokers=1, broker_settings=dict(settings))
        blueprint = Blueprint(topology=topology, ports=fixed_ports(topology))
        return labels.made_of(blueprint, dict.fromkeys(blueprint.services, image))

    assert digest("a") == digest("a")
    assert len({digest("a"), digest("b"), digest("a", threads=3)}) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"command": ("other",)},
        {"environment": {}},
        {"sysctls": {}},
        {"files": {}},
        {"memory_mb": 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_stack_that_was_started_otherwise_is_made_of_something_else(
    other: dict[str, Any],
) -> None:
    topology = Topology(brokers=1)
    blueprint = Blueprint(topology=topology, ports=fixed_ports(topology))
    tags = dict.fromkeys(blueprint.services, "a")
    proxy = replace(blueprint.services["toxiproxy"], **other)
    changed: Any = SimpleNamespace(services={**blueprint.services, "toxiproxy": proxy})
    assert labels.made_of(changed, tags) != labels.made_of(blueprint, tags)


def test_labels_of_another_version_are_no_blueprint() -> None:
    assert labels.blueprint_of({labels.BLUEPRINT: '{"topology":{"moons":2},"ports":{}}'}) is None
    assert labels.blueprint_of({}) is None


@pytest.mark.parametrize(
    ("explanation", "kind"),
    [
        ("write /x: no space left on device", NoDiskError),
        ("Bind for 127.0.0.1:80 failed: port is already allocated", PortTakenError),
        ("listen tcp4 127.0.0.1:80: bind: address already in use", PortTakenError),
        ("something else", BootError),
    ],
)
def test_errors_of_the_engine_get_their_own_class(explanation: str, kind: type[BootError]) -> None:
    with pytest.raises(BootError, match="cannot start x") as caught, engine.translated("start x"):
        raise errors.APIError("500", explanation=explanation)
    assert type(caught.value) is kind


def test_an_engine_that_does_not_answer_says_what_to_do() -> None:
    with (
        pytest.raises(NoDockerError, match="name an engine in DOCKER_HOST"),
        engine.translated("start x"),
    ):
        raise errors.DockerException("connection refused")


def test_too_little_disk_is_found_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    api = SimpleNamespace(info=lambda: {"DockerRootDir": "/var/lib/docker"})
    usage = SimpleNamespace(free=2 * 1024**3)
    monkeypatch.setattr("harness.backends.docker.engine.shutil.disk_usage", lambda _path: usage)
    with pytest.raises(NoDiskError, match=r"2\.0 GiB"):
        engine.require_disk(api)


def test_an_engine_whose_disk_is_out_of_sight_is_believed() -> None:
    engine.require_disk(SimpleNamespace(info=lambda: {"DockerRootDir": "/nowhere/at/all"}))


def test_what_is_interrupted_while_it_is_made_is_made_to_its_end() -> None:
    made = []

    def create() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        made.append("a network")

    with pytest.raises(KeyboardInterrupt):
        lifecycle.to_its_end(create)
    assert made == ["a network"]
