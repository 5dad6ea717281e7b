"""Labels: all that is known of a stack is written on its containers, network and volumes.

kafka-chaos-harness.stack      the stack's id
kafka-chaos-harness.service    the service, on containers and volumes
kafka-chaos-harness.owner      the process that booted it, as `pid:start`
kafka-chaos-harness.machine    the boot and PID namespace in which that process id counts
kafka-chaos-harness.holder     on its lease alone: who uses it, as `harness.kit.owner` writes it
kafka-chaos-harness.kept       true when it is to outlive its owner
kafka-chaos-harness.topology   digest of its topology
kafka-chaos-harness.made-of    digest of every setting and image
kafka-chaos-harness.blueprint  topology and ports as JSON, to attach again
"""

import hashlib
from collections.abc import Mapping

import msgspec

from harness.kit.owner import Owner, this_process
from harness.model.topology import Topology
from harness.model.value import Value
from harness.systems.blueprint import Blueprint

PREFIX = "kafka-chaos-harness"
STACK = f"{PREFIX}.stack"
SERVICE = f"{PREFIX}.service"
OWNER = f"{PREFIX}.owner"
MACHINE = f"{PREFIX}.machine"
HOLDER = f"{PREFIX}.holder"
KEPT = f"{PREFIX}.kept"
TOPOLOGY = f"{PREFIX}.topology"
MADE_OF = f"{PREFIX}.made-of"
BLUEPRINT = f"{PREFIX}.blueprint"


class _Written(Value, frozen=True, kw_only=True):
    topology: Topology
    ports: dict[str, int]


def made_of(blueprint: Blueprint, tags: Mapping[str, str]) -> str:
    """Digest of every service's image and settings; `tags` are the images by service."""
    parts = [
        [
            spec.name,
            tags[spec.name],
            spec.command,
            dict(spec.environment),
            dict(spec.sysctls),
            dict(spec.files),
            sorted(spec.secrets),
            spec.memory_mb,
        ]
        for spec in blueprint.services.values()
    ]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]


class Identity(Value, frozen=True, kw_only=True):
    """Whose stack this is, as its labels say."""

    stack: str
    owner: Owner
    kept: bool
    topology: str
    made_of: str
    """Differs when a setting or an image does that the topology leaves to the harness."""
    leased: bool = True
    """False for a stack of an older harness, whose users the engine does not know."""

    def container(self, service: str) -> str:
        """The container's name of a service; also the name of its volume."""
        return f"{self.stack}-{service}"

    def labels(self, blueprint: Blueprint, service: str | None = None) -> dict[str, str]:
        """Everything that goes on a container, network or volume."""
        written = _Written(topology=blueprint.topology, ports=dict(blueprint.ports))
        labels = {
            STACK: self.stack,
            OWNER: self.owner.process,
            MACHINE: f"{self.owner.boot}_{self.owner.namespace}",
            KEPT: str(self.kept).lower(),
            TOPOLOGY: self.topology,
            MADE_OF: self.made_of,
            BLUEPRINT: msgspec.json.encode(written).decode(),
        }
        return labels if service is None else {**labels, SERVICE: service}


def identity_of(labels: Mapping[str, str]) -> Identity:
    """Read back what `Identity.labels` wrote."""
    here = this_process()
    machine = labels.get(MACHINE, f"{here.boot}_{here.namespace}")
    boot, _, namespace = machine.partition("_")
    return Identity(
        stack=labels[STACK],
        owner=Owner(boot=boot, namespace=namespace, process=labels[OWNER]),
        kept=labels[KEPT] == "true",
        topology=labels[TOPOLOGY],
        made_of=labels.get(MADE_OF, ""),
        leased=MACHINE in labels,
    )


def blueprint_of(labels: Mapping[str, str]) -> Blueprint | None:
    """The blueprint in the labels; None when another version of the harness wrote it."""
    try:
        written = msgspec.json.decode(labels[BLUEPRINT], type=_Written)
    except (KeyError, msgspec.DecodeError):
        return None
    return Blueprint(topology=written.topology, ports=written.ports)
