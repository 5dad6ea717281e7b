"""`harness up`, `down`, `status`, `exec`, `password` and `sweep`: running stacks."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from harness.cli.words import AtLeastOne, MetadataChoice, SourceChoice, say

Port = Annotated[int, Parameter(validator=Number(gte=1, lte=65535))]


def up(
    *,
    brokers: AtLeastOne = 3,
    pipeline: bool = False,
    source: SourceChoice = "mysql",
    metadata: MetadataChoice = "zookeeper",
    kafka_version: str | None = None,
    first_port: Port | None = None,
) -> int:
    """Boot a stack, leave it running for pytest, `run` and `replay`, and print its addresses.

    Args:
        brokers: number of brokers.
        pipeline: also start a schema registry, two Connect workers, a database and Redis.
        source: the database.
        metadata: ZooKeeper or KRaft.
        kafka_version: version of the brokers; by default the one pinned for that metadata.
        first_port: the first broker's port for clients; the others follow. Free ones unless given.
    """
    import msgspec

    from harness.backends.docker.compose import PIPELINE
    from harness.engine.cluster import with_cluster
    from harness.engine.commands.up import up as boot_or_attach
    from harness.engine.source_choice import SOURCE_NAMES
    from harness.model.topology import Topology

    whole = msgspec.structs.replace(PIPELINE, **{name: name == source for name in SOURCE_NAMES})
    topology = msgspec.structs.replace(whole if pipeline else Topology(), brokers=brokers)
    topology = with_cluster(topology, metadata=metadata, kafka_version=kafka_version)
    stack, addresses = boot_or_attach(topology, first_port=first_port, tell=say)
    print(stack)
    for name, value in addresses.items():
        print(f"{name}={value}")
    return 0


def down(stack: str | None = None, /) -> int:
    """Remove a stack that was left running.

    Args:
        stack: id of the stack; by default all that were left running.
    """
    from harness.engine.sweep import down as remove

    for line in remove(stack):
        print(line)
    return 0


def password(stack: str | None = None, /) -> int:
    """Print the password of the databases' user `chaos`, which is drawn for each stack.

    Args:
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands.password import password_of

    print(password_of(stack))
    return 0


def status() -> int:
    """List the stacks of this machine and their services."""
    from harness.engine.commands.status import lines

    for line in lines():
        print(line)
    return 0


def execute(
    service: str,
    /,
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
    stack: str | None = None,
) -> int:
    """Run a command in the container of a service, with standard input and terminal.

    `harness exec broker-1 -- kafka-topics.sh --bootstrap-server localhost:9092 --list`

    Args:
        service: where.
        command: what; put `--` before it when it has options.
        stack: id of the stack; may be left out when there is only one.
    """
    from harness.engine.commands.status import run_in

    return run_in(stack, service, command)


def sweep() -> int:
    """Clean up after a killed harness: remove its stacks, heal its faults in other stacks."""
    from harness.engine.sweep import sweep as clean

    for line in clean():
        print(line)
    return 0
