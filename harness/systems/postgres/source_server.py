"""Whether the source's server writes a log by which a run can be judged.

What the server says of itself counts, not what was set, and it is asked before anything is made.
"""

from harness.kit.errors import UsageError
from harness.model.pipeline.workload import PipelineWorkload
from harness.systems.postgres.client import Connection

NEEDED = {
    "wal_level": ("logical", "no other level says which rows were changed"),
    "default_transaction_read_only": ("off", "writers could not write"),
}
"""Setting → the value that it must have, and why."""
WHERE = "change it in Topology.postgres_settings"


def check(connection: Connection, workload: PipelineWorkload) -> None:
    """Refuse a server whose log would not tell every change, or that has no slot for a reader.

    Slots and publications that others have left are removed: a stack is lent to one run at a time.

    Raises:
        UsageError: a setting has another value than is needed.
        psycopg.Error, OSError: it cannot be asked.
    """
    connection.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active"
    )
    for (left,) in connection.execute("SELECT quote_ident(pubname) FROM pg_publication").fetchall():
        connection.execute(f"DROP PUBLICATION {left}")
    found = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
    for name, (value, why) in NEEDED.items():
        if found[name] != value:
            raise UsageError(
                f"the source's PostgreSQL server has {name}={found[name]}, the harness needs "
                f"{name}={value}: {why}; {WHERE}"
            )
    readers = 1 + sum(path.feed.kind in ("debezium", "binlog") for path in workload.paths)
    if int(found["max_replication_slots"]) < readers:
        raise UsageError(
            f"the source's PostgreSQL server has max_replication_slots="
            f"{found['max_replication_slots']}, and {readers} readers of its log need one each; "
            f"{WHERE}"
        )
    for path in workload.paths:
        for table in workload.tables if path.feed.kind == "binlog" else ():
            if table.ddl is not None and "REPLICA IDENTITY FULL" not in table.ddl.upper():
                raise UsageError(
                    f"the feed of path {path.name} takes each change with the row before it from "
                    f"the log, which the DDL of table {table.name} does not ask for; add ALTER "
                    f"TABLE {table.name} REPLICA IDENTITY FULL to it"
                )
