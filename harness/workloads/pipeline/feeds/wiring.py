"""Where everything is, for someone's own programs and connectors.

    KAFKA_BOOTSTRAP_SERVERS   comma between them
    SCHEMA_REGISTRY_URL       Confluent's API
    REGISTRY_URL              the registry's own API, for Apicurio's converter
    TOPICS, TABLES            of the path, comma between them; in one order where each table has
                              a topic of its own
    TOPIC_PREFIX              a topic is TOPIC_PREFIX.SOURCE_DATABASE.table
    GROUP_ID                  of whoever reads for this copy, or feeds this path
    SOURCE_DATABASE           where the writers write
    MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD
    MYSQL_DATABASE            of a copy in tables: its own; else the source
    MYSQL_URL                 the same for JDBC
    REDIS_HOST, REDIS_PORT    of a copy in Redis
    REDIS_KEY_PREFIX          the entry of a row is REDIS_KEY_PREFIX + table:id
    SERVER_ID                 a number for whoever reads the binary log

What the topology does not have is left out. Programs get them as environment variables, with the
addresses of clients on this host, and the settings of their feed or copy as well; a connector's
own configuration has `${NAME}` in their place, with the addresses by which Connect reaches
everything.
"""

import re
from collections.abc import Mapping, Sequence

from harness.kit.errors import UsageError
from harness.model.pipeline.paths import Copy, Path
from harness.model.ports.stack import Stack
from harness.model.value import Scalar, Settings
from harness.systems.registry.service import CONFLUENT_API
from harness.workloads.pipeline.naming import Naming
from harness.workloads.pipeline.systems import Systems

APICURIO_API = "/apis/registry/v2"
_NAME = re.compile(r"\$\{([A-Z_]+)\}")


def wiring(
    path: Path,
    copy: Copy | None,
    naming: Naming,
    tables: Sequence[str],
    *,
    stack: Stack,
    systems: Systems,
    caller: str,
) -> dict[str, str]:
    """Name → value, as the module's documentation lists them.

    Args:
        path: of which.
        copy: the copy that is filled; None for the feed.
        naming: of the run.
        tables: of the source.
        stack: where everything is.
        systems: the source and where the copy is.
        caller: `client` for programs on this host, `connect` for connectors.
    """
    topology = stack.topology
    brokers = [stack.address(broker, caller) for broker in topology.broker_names]
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": ",".join(f"{host}:{port}" for host, port in brokers),
        "TOPICS": ",".join(naming.topics(path, tables)),
        "TABLES": ",".join(tables),
        "TOPIC_PREFIX": naming.prefix(path),
        "GROUP_ID": naming.feed(path) if copy is None else naming.connector(path, copy),
        "SOURCE_DATABASE": naming.source,
        **systems.source.wiring(caller, naming.feed(path)),
        **(systems.copy(path, copy).wiring(caller) if copy else {}),
    }
    if topology.registry:
        host, port = stack.address("registry", caller)
        told["SCHEMA_REGISTRY_URL"] = f"http://{host}:{port}{CONFLUENT_API}"
        told["REGISTRY_URL"] = f"http://{host}:{port}{APICURIO_API}"
    return told


def filled(settings: Settings, told: Mapping[str, str], owner: str) -> Settings:
    """`settings` with each `${NAME}` replaced by what is `told`.

    Raises:
        UsageError: a name is not known.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in told:
            known = ", ".join(sorted(told))
            raise UsageError(f"{owner}: ${{{found[1]}}} is unknown; known: {known}")
        return told[found[1]]

    def of(setting: Scalar) -> Scalar:
        return _NAME.sub(value, setting) if isinstance(setting, str) else setting

    return {name: of(setting) for name, setting in settings.items()}
