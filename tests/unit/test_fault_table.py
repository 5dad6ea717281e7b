"""A table of the source that a step changes."""

from types import SimpleNamespace
from typing import cast

from harness.faults.fault import FAULTS, Injection
from harness.faults.table import AlterSettings
from harness.kit.clock import REAL
from harness.kit.waits import NotYet
from harness.model.ports.databases import MySql
from harness.model.ports.stack import Stack
from harness.systems.mysql.operations import MySqlOperations

ALTER = FAULTS["table.alter"]


class Server:
    """A MySQL server with one table, of which ALTER TABLE adds a column unless it is deaf."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.columns = [("id", "bigint")]
        self.altered: list[str] = []
        self._deaf = deaf

    def connection(self, _service: str, **_options: object) -> "Server":
        return self

    def cursor(self) -> "Server":
        return self

    def execute(self, statement: str, _arguments: object = None) -> None:
        if statement.startswith("ALTER"):
            self.altered.append(statement)
            self.columns += [] if self._deaf else [("note", "int")]

    def fetchall(self) -> list[tuple[str, str]]:
        return self.columns

    def close(self) -> None: ...


def injection(server: Server) -> Injection[AlterSettings]:
    operations = MySqlOperations(cast("MySql", server))
    stack = cast("Stack", SimpleNamespace(power=lambda _kind: operations))
    settings = AlterSettings(table="src.orders", clause="ADD COLUMN note INT")
    return Injection(stack=stack, targets=("mysql",), settings=settings, clock=REAL)


def test_a_table_is_changed_in_its_database() -> None:
    server = Server()
    change = injection(server)
    ALTER.inject(change)
    assert server.altered == ["ALTER TABLE `src`.`orders` ADD COLUMN note INT"]
    assert ALTER.witness(change) == "the columns are id bigint, note int"


def test_columns_that_stay_as_they_were_show_nothing() -> None:
    change = injection(Server(deaf=True))
    ALTER.inject(change)
    assert isinstance(ALTER.witness(change), NotYet)
