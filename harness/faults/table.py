"""A table of the source: changed while writers write to it."""

from typing import Any, ClassVar

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet
from harness.model.ports.powers import TableOperations
from harness.model.value import Value


class AlterSettings(Value, frozen=True, kw_only=True):
    """Which table, and what to do with it in MySQL's words; the target is its server."""

    table: str
    clause: str


@fault("table.alter")
class Alter(Fault[AlterSettings]):
    """Run ALTER TABLE, as a deployment does; writers wait for it and continue.

    It stays: a later step may change the table back.
    """

    settings: ClassVar[type[Value]] = AlterSettings
    needs: ClassVar[tuple[type[Any], ...]] = (TableOperations,)
    momentary: ClassVar[bool] = True
    speaks_to: ClassVar[str] = "mysql"

    def inject(self, injection: Injection[AlterSettings]) -> None:
        """Change the table."""
        settings, operations = injection.settings, injection.stack.power(TableOperations)
        for target in injection.targets:
            injection.seen[target] = _columns(injection, target)
            operations.alter(target, settings.table, settings.clause)

    def witness(self, injection: Injection[AlterSettings]) -> str | NotYet:
        """Its columns have changed since."""
        for target in injection.targets:
            if _columns(injection, target) == injection.seen[target]:
                return NotYet(f"the columns are still {injection.seen[target]}")
        return f"the columns are {_columns(injection, injection.targets[0])}"


def _columns(injection: Injection[AlterSettings], server: str) -> str:
    operations = injection.stack.power(TableOperations)
    return operations.columns(server, injection.settings.table)
