"""What MySQL says in words of its own to tables of key and version."""

import pymysql

from harness.systems.sql_sessions import Dialect

MYSQL = Dialect(
    quote="`",
    errors=(pymysql.Error, OSError),
    or_update="AS new ON DUPLICATE KEY UPDATE",
    new="new",
    before="CURRENT_TIMESTAMP(6) - INTERVAL %(delay_us)s MICROSECOND",
)
