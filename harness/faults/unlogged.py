"""Rows of the source that somebody changes past its binary log."""

from contextlib import closing
from typing import Annotated, ClassVar

from msgspec import Meta

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet
from harness.model.value import Value

ANSWER_LIMIT_S = 30.0


class UnloggedSettings(Value, frozen=True, kw_only=True):
    """Which table, and how many of its rows."""

    table: str
    rows: Annotated[int, Meta(ge=1, le=10_000)] = 5


@fault("table.remove-unlogged")
class RemoveUnlogged(Fault[UnloggedSettings]):
    """Remove the rows with the lowest keys in a session with `sql_log_bin=0`.

    What an operator does who mends data by hand and wants replicas left alone: no feed that reads
    the binary log ever hears of it, and no copy is told.
    """

    settings: ClassVar[type[Value]] = UnloggedSettings
    momentary: ClassVar[bool] = True
    speaks_to: ClassVar[str] = "mysql"

    def inject(self, injection: Injection[UnloggedSettings]) -> None:
        """Remove them, in one transaction."""
        settings = injection.settings
        database, table = settings.table.split(".")
        for target in injection.targets:
            with closing(
                injection.stack.mysql.connection(target, answer_limit_s=ANSWER_LIMIT_S)
            ) as connection:
                cursor = connection.cursor()
                cursor.execute("SET SESSION sql_log_bin = 0")
                removed = cursor.execute(
                    f"DELETE FROM `{database}`.`{table}` ORDER BY id LIMIT %s",  # noqa: S608
                    (settings.rows,),
                )
                connection.commit()
            injection.seen[target] = str(removed)

    def witness(self, injection: Injection[UnloggedSettings]) -> str | NotYet:
        """How many rows the server said that it removed."""
        removed = {target: injection.seen.get(target, "0") for target in injection.targets}
        rows = ", ".join(f"{count} rows of {target}" for target, count in removed.items())
        text = f"removed past the log: {rows}"
        return NotYet(text) if "0" in removed.values() else text
