"""Rows of the source that somebody changes past its binary log."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet
from harness.model.ports.powers import TableOperations
from harness.model.value import Value


class UnloggedSettings(Value, frozen=True, kw_only=True):
    """Which table, and how many of its rows."""

    table: str
    rows: Annotated[int, Meta(ge=1, le=10_000)] = 5


@fault("table.remove-unlogged")
class RemoveUnlogged(Fault[UnloggedSettings]):
    """Delete the rows with the lowest keys in a session with `sql_log_bin=0`.

    What an operator does who mends data by hand and wants replicas left alone: no feed that reads
    the binary log ever hears of it, and no copy is told.
    """

    settings: ClassVar[type[Value]] = UnloggedSettings
    needs: ClassVar[tuple[type[Any], ...]] = (TableOperations,)
    momentary: ClassVar[bool] = True
    speaks_to: ClassVar[str] = "mysql"

    def inject(self, injection: Injection[UnloggedSettings]) -> None:
        """Remove them, in one transaction."""
        settings = injection.settings
        operations = injection.stack.power(TableOperations)
        for target in injection.targets:
            removed = operations.remove_unlogged(target, settings.table, settings.rows)
            injection.seen[target] = str(removed)

    def witness(self, injection: Injection[UnloggedSettings]) -> str | NotYet:
        """How many rows the server said that it removed."""
        removed = {target: injection.seen.get(target, "0") for target in injection.targets}
        rows = ", ".join(f"{count} rows of {target}" for target, count in removed.items())
        text = f"deleted without logging: {rows}"
        return NotYet(text) if "0" in removed.values() else text
