"""The settings of Debezium's connector for MySQL that decide what it captures, and how."""

import re
from dataclasses import dataclass, field

from harness.backends.fake.connect.columns import Mapping
from harness.backends.fake.connect.data import TaskError
from harness.backends.fake.connect.reading import listed
from harness.model.value import Settings, is_on

SNAPSHOTS = ("initial", "no_data", "initial_only", "when_needed")
_MASK = re.compile(r"column\.mask\.with\.(\d+)\.chars")


@dataclass(frozen=True, slots=True)
class Options:
    """What a configuration says; defaults are Debezium's.

    Raises:
        TaskError: it asks for what is not played here.
    """

    settings: Settings
    prefix: str = field(init=False)
    delimiter: str = field(init=False)
    snapshot: str = field(init=False)
    mapping: Mapping = field(init=False)
    skipped: frozenset[str] = field(init=False)
    """Operations, by their letter."""

    def __post_init__(self) -> None:
        text = self.text
        mode = text("snapshot.mode", "initial")
        if mode not in SNAPSHOTS:
            raise TaskError(f"the fake Debezium has no snapshot.mode {mode}")
        adaptive = text("time.precision.mode", "adaptive_time_microseconds") != "connect"
        skipped = listed(text("skipped.operations", "t"))
        for name, value in (
            ("prefix", text("topic.prefix")),
            ("delimiter", text("topic.delimiter", ".")),
            ("snapshot", mode),
            ("mapping", Mapping(adaptive, text("decimal.handling.mode", "precise"))),
            ("skipped", frozenset(skipped)),
        ):
            object.__setattr__(self, name, value)

    def text(self, name: str, default: str = "") -> str:
        """A setting as text."""
        return str(self.settings.get(name, default))

    def number(self, name: str, default: int) -> int:
        """A setting as a whole number."""
        return int(self.settings.get(name, default))

    def flag(self, name: str, *, default: bool) -> bool:
        """A setting that is true or false."""
        return is_on(self.settings.get(name, default))

    def captures(self, database: str, table: str) -> bool:
        """Whether changes of a table are captured."""
        databases, tables = self.text("database.include.list"), self.text("table.include.list")
        return _listed(databases, database) and _listed(tables, f"{database}.{table}")

    def hides(self, place: str) -> bool:
        """Whether a column, by `database.table.column`, is left out."""
        excluded = self.text("column.exclude.list")
        return bool(excluded) and _listed(excluded, place)

    def mask(self, place: str) -> str | None:
        """What stands for the values of a column; None where they stand themselves."""
        for name, value in self.settings.items():
            found = _MASK.fullmatch(name)
            if found is not None and _listed(str(value), place):
                return "*" * int(found[1])
        return None

    def key_columns(self, database: str, table: str) -> tuple[str, ...]:
        """Columns that are the key of events of a table; none where its primary key is."""
        for each in filter(None, self.text("message.key.columns").split(";")):
            name, _, columns = each.partition(":")
            if _listed(name, f"{database}.{table}"):
                return tuple(listed(columns))
        return ()


def _listed(patterns: str, name: str) -> bool:
    """Whether one of some expressions is the name; without any all are."""
    wanted = listed(patterns)
    return not wanted or any(re.fullmatch(each, name, re.IGNORECASE) for each in wanted)
