"""What the fake stack lacks."""

from collections.abc import Callable, Iterator

from harness.backends.fake.connect import limits as connectors
from harness.backends.fake.data import ddl
from harness.backends.fake.data.tokens import UnplayedError
from harness.backends.fake.services import POWERS
from harness.backends.powers import lacking
from harness.model.pipeline.paths import CONNECTORS
from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.powers import OwnPrograms, TableOperations
from harness.model.scenario import Scenario
from harness.systems.mysql.database import ddl_of

PLAYED = {
    # Whether the log is compressed, nobody who reads it sees.
    "mysql_settings": {"binlog_transaction_compression"},
    "redis_settings": set[str](),
    "registry_settings": {
        "apicurio.kafkasql.topic.retention.ms",
        "apicurio.kafkasql.topic-configuration-verification-override-enabled",
    },
}
"""By field of the topology, the settings of servers that are played: others would promise more, or
less, than there is."""


def lacks(scenario: Scenario) -> str | None:
    """What `scenario` needs that is not there, as a reason; None when it has everything."""
    missing = (each for limit in _LIMITS for each in limit(scenario))
    first = next((f"the fake stack has no {each}" for each in missing), None)
    return first or lacking(scenario, (*POWERS, OwnPrograms, TableOperations), "the fake stack has")


def _of_topology(scenario: Scenario) -> Iterator[str]:
    topology = scenario.topology
    if topology.postgres:
        yield "PostgreSQL"
    if topology.mysql_replica or topology.redis_replica:
        yield "replicas of databases and caches"
    for field, played in PLAYED.items():
        for name in getattr(topology, field).keys() - played:
            yield f"setting {name} of {field.removesuffix('_settings')}"


def _of_paths(scenario: Scenario) -> Iterator[str]:
    for path in scenario.pipeline.paths:
        kinds = (path.feed.kind, *(copy.kind for copy in path.copies))
        if "program" in kinds:
            yield "addresses at which a user's program could reach its servers"
        if set(kinds) & set(CONNECTORS):
            yield from connectors.lacking(path)


def _of_tables(scenario: Scenario) -> Iterator[str]:
    workload = scenario.pipeline
    tables = {table.name: table for table in workload.tables}
    copied = (
        (tables[name], text)
        for path in workload.paths
        for copy in path.copies
        for name, text in copy.ddl.items()
    )
    for table, text in (*((each, each.ddl) for each in workload.tables), *copied):
        if table.fills:
            yield f"SQL with which table {table.name} could fill its columns"
        yield from _of_ddl(table, text)


def _of_steps(scenario: Scenario) -> Iterator[str]:
    """How steps alter tables."""
    table = ddl.parse(ddl_of(SourceTable(name="any")))
    for step in scenario.steps:
        for spec in step.faults:
            try:
                if "clause" in spec.settings:
                    ddl.altered(table, str(spec.settings["clause"]))
            except UnplayedError as error:
                yield f"ALTER TABLE with {error}"


def _of_ddl(table: SourceTable, text: str | None) -> Iterator[str]:
    try:
        ddl.parse(text or ddl_of(table))
    except UnplayedError as error:
        yield f"tables with {error} ({table.name})"


_LIMITS: tuple[Callable[[Scenario], Iterator[str]], ...] = (
    _of_topology,
    _of_paths,
    _of_tables,
    _of_steps,
)
