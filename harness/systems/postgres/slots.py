"""Replication slots: where the server keeps, for each reader of its log, how far it has read."""

import re
from collections.abc import Sequence
from contextlib import closing

from harness.kit.waits import NotYet, wait_until
from harness.systems.postgres.client import Connection, PostgresClients

NAME_MAX = 63
PLUGIN = "test_decoding"
"""By which the harness reads the log; connectors read it by `pgoutput`."""
ANSWER_LIMIT_S = 30.0
KEEP_UP_LIMIT_S = 30.0
END_LIMIT_MS = 3_000
"""How long to wait for the end of a process that reads a slot."""

_ODD = re.compile(r"[^a-z0-9_]+")


def slot_name(reader: str) -> str:
    """What the slot, and the publication, of a reader are called."""
    return _ODD.sub("_", reader.lower())[-NAME_MAX:]


def drop_slots(connection: Connection, names: Sequence[str]) -> None:
    """Remove slots, and end whoever reads them; one that is not there is no error."""
    connection.execute(
        "SELECT pg_terminate_backend(active_pid, %s) FROM pg_replication_slots "
        "WHERE slot_name = ANY(%s) AND active_pid IS NOT NULL",
        (END_LIMIT_MS, names),
    )
    connection.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
        "WHERE slot_name = ANY(%s)",
        (names,),
    )


def given_up(connection: Connection, reader: str) -> str | None:
    """Why the slot of a reader is lost, and what it has yet to read with it; None: it is not."""
    found = connection.execute(
        "SELECT invalidation_reason FROM pg_replication_slots "
        "WHERE wal_status = 'lost' AND slot_name = %s",
        (slot_name(reader),),
    ).fetchall()
    return f"the server has given up its replication slot: {found[0][0]}" if found else None


class PostgresSlots:
    """Implements `harness.model.ports.powers.SlotOperations`; errors are those of psycopg."""

    def __init__(self, servers: PostgresClients) -> None:
        self._servers = servers

    def place_of(self, server: str, reader: str) -> int | None:
        """The byte of the log up to which its slot is confirmed."""
        with closing(self._connected(server)) as connection:
            found = connection.execute(
                "SELECT (confirmed_flush_lsn - '0/0')::bigint FROM pg_replication_slots "
                "WHERE slot_name = %s",
                (slot_name(reader),),
            ).fetchall()
        return int(found[0][0]) if found else None

    def drop(self, server: str, reader: str) -> None:
        """Drop its slot."""
        with closing(self._connected(server)) as connection:
            drop_slots(connection, [slot_name(reader)])

    def advance(self, server: str, reader: str) -> None:
        """Move its slot to the end of the log, which nobody may read by it meanwhile."""
        with closing(self._connected(server)) as connection:
            connection.execute(
                "SELECT pg_replication_slot_advance(%s, pg_current_wal_flush_lsn())",
                (slot_name(reader),),
            )

    def outgrow(self, server: str, reader: str, megabytes: int) -> str:
        """Begin new segments of the log, each with a checkpoint, until it is so much longer."""
        with closing(self._connected(server)) as connection:
            begun = _end(connection)
            while _end(connection) - begun < megabytes << 20:
                # Records that no output plugin hands to anybody.
                connection.execute("SELECT pg_create_restore_point('harness'), pg_switch_wal()")
                connection.execute("CHECKPOINT")
                wait_until(
                    "the harness's own readers to keep up with the log",
                    lambda: _lagging(connection),
                    limit_s=KEEP_UP_LIMIT_S,
                    interval_s=0.1,
                )
            ((status,),) = connection.execute(
                "SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s",
                (slot_name(reader),),
            ).fetchall() or (("gone",),)
            return f"{_end(connection) - begun >> 20} MB, and what the slot needs is {status}"

    def _connected(self, server: str) -> Connection:
        return self._servers.bare(server, autocommit=True, answer_limit_s=ANSWER_LIMIT_S)


def _end(connection: Connection) -> int:
    """The byte at which the log ends."""
    ((end,),) = connection.execute("SELECT (pg_current_wal_lsn() - '0/0')::bigint").fetchall()
    return int(end)


def _lagging(connection: Connection) -> NotYet | bool:
    """True unless a reader of ours needs more than half of what the server keeps for a slot."""
    ((most, behind),) = connection.execute(
        "SELECT setting::bigint << 20, (SELECT max(pg_current_wal_lsn() - restart_lsn)::bigint "
        "FROM pg_replication_slots WHERE plugin = %s) "
        "FROM pg_settings WHERE name = 'max_slot_wal_keep_size'",
        (PLUGIN,),
    ).fetchall()
    fits = most < 0 or behind is None or behind < most // 2
    return True if fits else NotYet(f"the slowest needs {behind} bytes")
