"""Reads CREATE TABLE in MySQL's words, as far as tables in memory can be like that."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from harness.backends.fake.data.tokens import Tokens, UnplayedError
from harness.systems.mysql import texts
from harness.systems.mysql.table_schema import Column, Reference, Schema, Unique

_ALIASES = {
    "INTEGER": "int",
    "INT4": "int",
    "INT8": "bigint",
    "BOOLEAN": "tinyint(1)",
    "BOOL": "tinyint(1)",
    "NUMERIC": "decimal",
    "SERIAL": "bigint",
}
KINDS = frozenset(texts.FAMILIES)
_LENGTHS = {"tinytext": 255, "text": 65_535, "mediumtext": 16_777_215, "longtext": 4_294_967_295}
_LENGTHS |= {name.replace("text", "blob"): length for name, length in _LENGTHS.items()}


@dataclass(slots=True)
class _Parts:
    """What has been read of a table so far."""

    table: str
    columns: dict[str, Column] = field(default_factory=dict)
    primary: tuple[str, ...] = ()
    unique: list[Unique] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)


def parse(ddl: str) -> Schema:
    """Read one CREATE TABLE.

    Raises:
        UnplayedError: it asks for what is not there, or is no such statement.
    """
    tokens = Tokens(ddl)
    tokens.expect("CREATE", "TABLE")
    if tokens.take("IF"):
        tokens.expect("NOT", "EXISTS")
    name = tokens.name()
    parts = _Parts(name)
    tokens.expect("(")
    while True:
        _definition(tokens, parts)
        if not tokens.take(","):
            break
    tokens.expect(")")
    engine = "InnoDB"
    while not tokens.at_end:
        engine = _option(tokens, engine)
    return Schema(
        name=name,
        engine=engine,
        columns=parts.columns,
        primary=parts.primary,
        unique=tuple(parts.unique),
        references=tuple(parts.references),
        checks=(),
    )


def altered(schema: Schema, clause: str) -> Schema:
    """A table after ALTER TABLE with this clause.

    Raises:
        UnplayedError: it is neither ADD COLUMN nor DROP COLUMN.
    """
    tokens = Tokens(clause)
    if tokens.take("DROP"):
        tokens.take("COLUMN")
        gone = tokens.name()
        return replace(schema, columns={n: c for n, c in schema.columns.items() if n != gone})
    tokens.expect("ADD", "COLUMN")
    parts = _Parts(schema.name, dict(schema.columns))
    _column(tokens, parts)
    return replace(schema, columns=parts.columns)


def _definition(tokens: Tokens, parts: _Parts) -> None:
    name = tokens.name() if tokens.take("CONSTRAINT") else None
    if tokens.take("PRIMARY"):
        tokens.expect("KEY")
        parts.primary = tokens.names()
        for column in parts.primary:
            parts.columns[column] = replace(parts.columns[column], nullable=False)
    elif tokens.take("UNIQUE"):
        tokens.take("KEY", "INDEX")
        own = None if tokens.sees("(") else tokens.name()
        columns = tokens.names()
        parts.unique.append(_unique(name or own or columns[0], columns))
    elif tokens.take("FOREIGN"):
        tokens.expect("KEY")
        columns = tokens.names()
        tokens.expect("REFERENCES")
        _reference(tokens, parts, name, columns)
    elif tokens.take("INDEX", "KEY"):
        if not tokens.sees("("):
            tokens.name()
        tokens.names()
    elif tokens.sees("CHECK"):
        raise UnplayedError("a CHECK")
    else:
        _column(tokens, parts)


def _column(tokens: Tokens, parts: _Parts) -> None:
    name = tokens.name()
    word = tokens.next()
    base = _ALIASES.get(word.upper(), word.lower())
    kind, _, alias_arguments = base.partition("(")
    if kind not in KINDS:
        raise UnplayedError(f"columns of type {word.upper()}")
    arguments = [alias_arguments.rstrip(")")] if alias_arguments else tokens.arguments()
    if kind == "decimal":
        arguments = [*arguments, *["10", "0"][len(arguments) :]]
    declared = kind + (f"({','.join(arguments)})" if arguments else "")
    if tokens.take("UNSIGNED"):
        declared += " unsigned"
    parts.columns[name] = _sized(Column(name=name, kind=kind, declared=declared), arguments)
    while not (tokens.at_end or tokens.sees(",") or tokens.sees(")")):
        attribute = tokens.next().upper()
        if attribute not in _ATTRIBUTES:
            raise UnplayedError(f"{attribute} of column {name}")
        _ATTRIBUTES[attribute](tokens, parts, name)


def _sized(column: Column, arguments: list[str]) -> Column:
    """A column with what the arguments of its type say."""
    if column.kind in ("char", "varchar", "binary", "varbinary"):
        return replace(column, length=int(arguments[0]) if arguments else 1)
    if column.kind in _LENGTHS:
        return replace(column, length=_LENGTHS[column.kind])
    if column.kind in ("decimal", "float", "double", "bit"):
        precision, scale = (int(arguments[at]) if at < len(arguments) else None for at in (0, 1))
        return replace(column, precision=precision, scale=scale)
    return column


def _not_null(tokens: Tokens, parts: _Parts, name: str) -> None:
    tokens.expect("NULL")
    parts.columns[name] = replace(parts.columns[name], nullable=False)


def _default(tokens: Tokens, parts: _Parts, name: str) -> None:
    if tokens.sees("("):
        raise UnplayedError(f"an expression as DEFAULT of column {name}")
    text = tokens.next()
    column = parts.columns[name]
    if text.upper() == "CURRENT_TIMESTAMP":
        tokens.arguments()
        column = replace(column, default="CURRENT_TIMESTAMP", extra="DEFAULT_GENERATED")
    elif text.upper() != "NULL":
        column = replace(column, default=_literal(text))
    parts.columns[name] = column


def _on_update(tokens: Tokens, parts: _Parts, name: str) -> None:
    tokens.expect("UPDATE", "CURRENT_TIMESTAMP")
    tokens.arguments()
    extra = f"{parts.columns[name].extra} on update CURRENT_TIMESTAMP".strip()
    parts.columns[name] = replace(parts.columns[name], extra=extra)


def _numbered(_tokens: Tokens, parts: _Parts, name: str) -> None:
    parts.columns[name] = replace(parts.columns[name], extra="auto_increment")


def _primary(tokens: Tokens, parts: _Parts, name: str) -> None:
    tokens.take("KEY")
    parts.primary = (name,)
    parts.columns[name] = replace(parts.columns[name], nullable=False)


def _unique_alone(tokens: Tokens, parts: _Parts, name: str) -> None:
    tokens.take("KEY")
    parts.unique.append(_unique(name, (name,)))


def _skipped(tokens: Tokens, _parts: _Parts, _name: str) -> None:
    tokens.take("SET")
    tokens.next()


_ATTRIBUTES: dict[str, Callable[[Tokens, _Parts, str], None]] = {
    "NOT": _not_null,
    "NULL": lambda _tokens, _parts, _name: None,
    "DEFAULT": _default,
    "ON": _on_update,
    "AUTO_INCREMENT": _numbered,
    "PRIMARY": _primary,
    "UNIQUE": _unique_alone,
    "REFERENCES": lambda tokens, parts, name: _reference(tokens, parts, None, (name,)),
    **dict.fromkeys(("CHARACTER", "CHARSET", "COLLATE", "COMMENT"), _skipped),
}
"""What reads the rest of an attribute of a column, by its first word."""


def _reference(tokens: Tokens, parts: _Parts, name: str | None, columns: tuple[str, ...]) -> None:
    referred = tokens.name()
    referenced = tokens.names()
    while tokens.take("ON"):
        tokens.next()  # DELETE or UPDATE; the rows that keys refer to are never touched
        action = tokens.next().upper()
        if action in ("SET", "NO"):
            tokens.next()
    own = name or f"{parts.table}_ibfk_{len(parts.references) + 1}"
    parts.references.append(Reference(own, columns, referred, referenced))


def _option(tokens: Tokens, engine: str) -> str:
    option = tokens.next().upper()
    if option == ";":
        return engine
    if option == "PARTITION":
        while not tokens.at_end:  # where rows lie changes nothing for those who read them
            tokens.next()
        return engine
    if option not in ("ENGINE", "DEFAULT", "CHARSET", "CHARACTER", "COLLATE", "COMMENT", "SET"):
        raise UnplayedError(f"{option} of a table")
    if option in ("DEFAULT", "CHARACTER"):
        return engine
    tokens.take("=")
    value = tokens.next()
    return value if option == "ENGINE" else engine


def _unique(name: str, columns: tuple[str, ...]) -> Unique:
    return Unique(name, tuple((each, None) for each in columns))


def _literal(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text
