"""A table of the source: changed while writers write to it."""

from contextlib import closing
from typing import ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet
from harness.model.value import Value

ANSWER_LIMIT_S = 30.0
COLUMNS = (
    "SELECT column_name, column_type FROM information_schema.columns "
    "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
)


class AlterSettings(Value, frozen=True, kw_only=True):
    """Which table, and what to do with it in MySQL's words; the target is its server."""

    table: str
    clause: str


@fault("table.alter")
class Alter(Fault[AlterSettings]):
    """ALTER TABLE, as a deployment runs it: writers wait for it and go on.

    It stays: a later step may change the table back.
    """

    settings: ClassVar[type[Value]] = AlterSettings
    momentary: ClassVar[bool] = True
    speaks_to: ClassVar[str] = "mysql"

    def inject(self, injection: Injection[AlterSettings]) -> None:
        """Change the table."""
        database, table = injection.settings.table.split(".")
        for target in injection.targets:
            injection.seen[target] = _columns(injection, target)
            with closing(
                injection.stack.mysql.connection(target, answer_limit_s=ANSWER_LIMIT_S)
            ) as connection:
                connection.cursor().execute(
                    f"ALTER TABLE `{database}`.`{table}` {injection.settings.clause}"
                )

    def witness(self, injection: Injection[AlterSettings]) -> str | NotYet:
        """Its columns have changed since."""
        for target in injection.targets:
            if _columns(injection, target) == injection.seen[target]:
                return NotYet(f"the columns are still {injection.seen[target]}")
        return f"the columns are {_columns(injection, injection.targets[0])}"


def _columns(injection: Injection[AlterSettings], server: str) -> str:
    with closing(injection.stack.mysql.connection(server, autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute(COLUMNS, injection.settings.table.split("."))
        return ", ".join(f"{name} {kind}" for name, kind in cursor.fetchall())
