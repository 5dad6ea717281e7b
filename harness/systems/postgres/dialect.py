"""What PostgreSQL says in words of its own to tables of key and version."""

import psycopg

from harness.systems.sql_sessions import Dialect

POSTGRES = Dialect(
    quote='"',
    errors=(psycopg.Error, OSError),
    or_update="ON CONFLICT (id) DO UPDATE SET",
    new="excluded",
    before="statement_timestamp() - %(delay_us)s * interval '1 microsecond'",
)
