"""What a source table's own DDL shows of its key and version, before any MySQL has read it.

It is text here, so only what is plain in it is refused: a column `id` or `version` of another type,
and a key that is not `id` alone. MySQL itself is asked for all else when the table is made.
"""

import re
from collections.abc import Iterator

from harness.model.pipeline.traffic import SourceTable
from harness.systems.mysql.own_tables import DDL

_TEXTS = re.compile(r"'(?:[^'\\]|\\.|'')*'|/\*.*?\*/|(?:--\s|#)[^\n]*", re.DOTALL)
_TYPES = {
    "id": ("INT or BIGINT", {"INT", "INT4", "INTEGER", "BIGINT", "INT8", "SERIAL"}),
    "version": ("BIGINT", {"BIGINT", "INT8", "SERIAL"}),
}
"""What a column must be, and the words that MySQL takes for it."""


def problems(table: SourceTable) -> Iterator[str]:
    """What is wrong with the DDL of a table."""
    text = _TEXTS.sub("''", table.ddl or "")
    for why in (*_wrong_types(text), *_wrong_key(text)):
        yield (
            f"the DDL of table {table.name!r}: {why}; the harness knows rows by their key and "
            f"changes by their version: CREATE TABLE `{table.name}` ({DDL}, ...)"
        )


def _wrong_types(text: str) -> Iterator[str]:
    for name, (wanted, words) in _TYPES.items():
        declared = re.search(rf"[(,]\s*`?{name}`?\s+(\w+(?:\s*\([^)]*\))?)", text, re.IGNORECASE)
        if declared and re.split(r"\W", declared[1].upper())[0] not in words:
            yield f"column {name} must be {wanted} and is {declared[1]}"


def _wrong_key(text: str) -> Iterator[str]:
    key = re.search(r"\bPRIMARY\s+KEY\s*(?:USING\s+\w+\s*)?\(([^)]*)\)", text, re.IGNORECASE)
    parts = key[1].split(",") if key else ["id"]
    columns = [part.split()[0].strip("`").lower() for part in parts if part.strip()]
    if columns != ["id"]:
        yield f"the primary key must be `id` alone and is ({', '.join(columns)})"
