"""What a statement in a binary log means for the rows of a run's tables."""

import re
from collections.abc import Container
from dataclasses import dataclass

COMMENT = re.compile(r"\A(?:\s+|/\*.*?\*/|--[^\n]*\n|#[^\n]*\n)+", re.DOTALL)
WORD = re.compile(r"`((?:[^`]|``)+)`|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|(\w+)|(\.)")
"""A name, quoted or not; a text, which is passed over; or the dot behind a database."""
XID = re.compile(r"X'([0-9a-f]*)',\s*X'([0-9a-f]*)'", re.IGNORECASE)
VERBS = re.compile(
    r"COMMIT|ROLLBACK(?! TO)|XA COMMIT|XA ROLLBACK|TRUNCATE|INSERT|UPDATE|DELETE|REPLACE|LOAD|WITH"
    r"|RENAME TABLE|DROP TABLE|ALTER TABLE|DROP DATABASE|DROP SCHEMA",
    re.IGNORECASE,
)
STATEMENTS = {"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH"}
DROPS = {"DROP TABLE", "RENAME TABLE"}
MOVES_ROWS = re.compile(
    r"\bRENAME\b(?!\s+(?:COLUMN|INDEX|KEY)\b)|\b(?:DROP|TRUNCATE|EXCHANGE)\s+PARTITION\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement, as far as it says something of rows."""

    verb: str
    """Its first words in capitals; empty for one that says nothing of rows."""
    names: tuple[str, ...] = ()
    """Of tables of the database, or what may be such: every word that is not another database's."""
    xid: tuple[bytes, bytes] = (b"", b"")
    moves_rows: bool = False
    """Of ALTER TABLE: rows leave the table, or the table its name."""

    @property
    def truncated(self) -> str | None:
        """The table that it empties."""
        if self.verb != "TRUNCATE":
            return None
        return next((name for name in self.names if name.upper() not in {"TRUNCATE", "TABLE"}), "")

    def refusal(self, tables: Container[str]) -> str:
        """Why rows of `tables` cannot be followed past it; empty when they can."""
        ours = any(name in tables for name in self.names)
        if ours and self.verb in STATEMENTS:
            return "it changes rows without saying which: binlog_format must be ROW in all sessions"
        if (ours and (self.verb in DROPS or self.moves_rows)) or self.verb == "DROP DATABASE":
            return "a table of the scenario was renamed or dropped, or lost rows without a trace"
        return ""


def of(query: str, schema: str, database: str) -> Stated:
    """Read a statement of a session in `schema`, with an eye on the tables of `database`."""
    text = COMMENT.sub("", query)
    match = VERBS.match(text)
    if match is None:
        return Stated("")
    verb = match[0].upper()
    if verb in {"XA COMMIT", "XA ROLLBACK"}:
        parts = XID.search(text)
        xid = (bytes.fromhex(parts[1]), bytes.fromhex(parts[2])) if parts else (b"", b"")
        return Stated(verb, xid=xid)
    names = tuple(_names(text, schema, database))
    if verb in {"DROP DATABASE", "DROP SCHEMA"}:
        words = {quoted or plain for quoted, plain, _ in WORD.findall(text)}
        return Stated("DROP DATABASE" if database in words else "")
    moves_rows = verb == "ALTER TABLE" and MOVES_ROWS.search(text) is not None
    return Stated(verb, names, moves_rows=moves_rows)


def _names(text: str, schema: str, database: str) -> list[str]:
    """Words that may name tables of `database`: without a database before them, or with ours."""
    words = [
        (quoted.replace("``", "`") if quoted else plain) or dot
        for quoted, plain, dot in WORD.findall(text)
        if quoted or plain or dot
    ]
    found = []
    for place, word in enumerate(words):
        if word == "." or words[place + 1 : place + 2] == ["."]:
            continue
        owner = words[place - 2] if place > 1 and words[place - 1] == "." else schema
        if owner == database:
            found.append(word)
    return found
