"""Tables as someone's own DDL makes them: what they need, and columns that fill themselves."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from graphlib import CycleError, TopologicalSorter

import pymysql

from harness.kit.errors import UsageError
from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.databases import MySql
from harness.systems.mysql import conditions, fillers, table_schema
from harness.systems.mysql.table_schema import Column, Schema

NEEDED = {"id": ("int", "bigint"), "version": ("bigint",)}
DDL = "`id` BIGINT NOT NULL PRIMARY KEY, `version` BIGINT NOT NULL"
Fillers = Mapping[str, str]
"""By column, the expression that it is filled with."""


def create(mysql: MySql, database: str, table: str, ddl: str) -> Schema:
    """Create a table by someone's own statement, whatever tables its foreign keys name.

    Raises:
        UsageError: MySQL refuses it, it makes no table of that name, or not the columns we need.
    """
    with closing(mysql.connection(database=database, autocommit=True)) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute("SET foreign_key_checks = 0")
            cursor.execute(ddl)
        except pymysql.Error as error:
            raise UsageError(f"the DDL of table {table} is refused: {error.args[-1]}") from error
    schema = table_schema.read(mysql, database, table)
    if not schema.columns:
        raise UsageError(f"the DDL of table {table} makes no table of that name")
    for name, kinds in NEEDED.items():
        if name not in schema.columns or schema.columns[name].kind not in kinds:
            wanted = " or ".join(map(str.upper, kinds))
            found = (
                f"is {schema.columns[name].declared}" if name in schema.columns else "is missing"
            )
            raise _refused(table, f"column {name} must be {wanted} and {found}")
    return schema


def require_key(schema: Schema) -> None:
    """Check that `id` is the key by which a table's rows are known, and that it can roll back.

    Raises:
        UsageError: it is not the primary key, or not alone in it, or nothing can be rolled back.
    """
    if schema.primary != ("id",):
        found = f"({', '.join(schema.primary)})" if schema.primary else "missing"
        raise _refused(schema.name, f"the primary key must be `id` alone and is {found}")
    if schema.engine != "InnoDB":
        raise _refused(schema.name, f"the engine must be InnoDB and is {schema.engine}")


def require_unique_id(schema: Schema) -> None:
    """Check that a copy, which is written by key, has `id` as a key.

    Raises:
        UsageError: it is neither the primary key nor unique, alone.
    """
    if schema.primary != ("id",) and all(each.names != ("id",) for each in schema.unique):
        raise _refused(
            schema.name, "rows are written by `id`, which is neither its primary key nor unique"
        )


def made_plain(mysql: MySql, database: str, schema: Schema) -> None:
    """Make a table, created like its source, fit to be filled from elsewhere.

    Without foreign keys, since changes of several tables come in no common order, and with plain
    columns in place of computed ones, since events hold their values.

    Raises:
        UsageError: a computed column cannot be replaced.
    """
    changes = [f"DROP FOREIGN KEY `{each.name}`" for each in schema.references]
    for column in schema.columns.values():
        if column.generated:
            changes += [
                f"DROP COLUMN `{column.name}`",
                f"ADD COLUMN `{column.name}` {column.declared}",
            ]
    with closing(mysql.connection(database=database, autocommit=True)) as connection:
        cursor = connection.cursor()
        for change in changes:
            try:
                cursor.execute(f"ALTER TABLE `{schema.name}` {change}")
            except pymysql.Error as error:
                raise UsageError(
                    f"the copy of table {schema.name} cannot be made like its source "
                    f"({change}: {error.args[-1]}); give its own DDL in Copy(ddl=...)"
                ) from error


def in_order(schemas: Mapping[str, Schema]) -> list[str]:
    """Names of tables, each behind those that its foreign keys refer to.

    Raises:
        UsageError: a foreign key refers to a table that is not there, or they form a circle.
    """
    graph: dict[str, set[str]] = {}
    for name, schema in schemas.items():
        graph[name] = {each.table for each in schema.references} - {name}
        for missing in sorted(graph[name] - set(schemas)):
            raise UsageError(
                f"table {name} has a foreign key to {missing}, which is not among the tables of "
                f"the scenario ({', '.join(schemas)}); add SourceTable(name={missing!r}, ...)"
            )
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise UsageError(
            f"the foreign keys of tables form a circle ({circle}), in which no row can be the "
            "first; leave one of them out"
        ) from error


def referred_to(schemas: Mapping[str, Schema]) -> set[str]:
    """Names of tables that foreign keys of others refer to."""
    return {
        each.table
        for name, schema in schemas.items()
        for each in schema.references
        if each.table != name
    }


def fillers_of(mysql: MySql, schema: Schema, table: SourceTable) -> dict[str, str]:
    """What each column of a table of the source is filled with; those with a DEFAULT keep it.

    Raises:
        UsageError: an own expression is for no such column, or a column cannot be filled.
    """
    own = table.fills
    for name in own:
        if name in NEEDED or name not in schema.columns or schema.columns[name].generated:
            known = ", ".join(_further(schema))
            raise UsageError(
                f"table {schema.name}: fills names column {name!r}, which is not one that can be "
                f"filled; there are: {known or 'none'}"
            )
    found: dict[str, str] = {}
    for name, column in _further(schema).items():
        if not column.kept:
            found[name] = _filler(schema, column)
    for reference in schema.references:
        found |= _referring(schema, reference, own)
    found |= _unique(schema, own)
    found = {name: found[name] for name in _further(schema) if name in found} | own
    keys = {name for reference in schema.references for name in reference.columns}
    uniques = {name for unique in schema.unique for name in unique.names}
    return conditions.fitting(mysql, schema, found, fixed=[*own, *keys, *uniques])


def triggers(database: str, table: str, filled: Fillers) -> Iterator[str]:
    """Statements that make MySQL fill columns of a table whenever a row is written."""
    wanted = ", ".join(f"NEW.`{name}` = {expression}" for name, expression in filled.items())
    for moment in ("INSERT", "UPDATE") if wanted else ():
        yield (
            f"CREATE TRIGGER `{database}`.`{table}_{moment.lower()}` BEFORE {moment} "
            f"ON `{database}`.`{table}` FOR EACH ROW SET {wanted}"
        )


def columns(mysql: MySql, database: str, table: str) -> Iterator[tuple[str, str]]:
    """Names of the columns that are not computed, in order, and how they are declared."""
    with closing(mysql.connection(autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT column_name, column_type FROM information_schema.columns WHERE "
            "table_schema = %s AND table_name = %s AND extra NOT LIKE '%% GENERATED' "
            "ORDER BY ordinal_position",
            (database, table),
        )
        for name, declared in cursor.fetchall():
            yield str(name), str(declared)


def _further(schema: Schema) -> dict[str, Column]:
    """Columns that can be filled."""
    return {
        name: column
        for name, column in schema.columns.items()
        if name not in NEEDED and not column.generated
    }


def _filler(schema: Schema, column: Column) -> str:
    try:
        return fillers.filler(column)
    except KeyError as error:
        raise _unfilled(schema, column.name, f"its type {column.declared} is not known") from error


def _referring(
    schema: Schema, reference: table_schema.Reference, own: Fillers
) -> Iterator[tuple[str, str]]:
    if set(reference.columns) <= set(own):
        return
    if len(reference.columns) > 1 or reference.referenced != ("id",):
        names = ", ".join(reference.columns)
        raise _unfilled(
            schema, names, f"it refers to {reference.table} ({', '.join(reference.referenced)}), "
            "and the harness knows only rows by `id`"
        )  # fmt: skip
    (name,) = reference.columns
    if name == "id":
        raise _refused(
            schema.name, f"its key `id` is a foreign key to {reference.table}: rows could not be "
            "inserted in any order"
        )  # fmt: skip
    alone = any(each.names == (name,) for each in schema.unique)
    nullable = schema.columns[name].nullable
    if alone and not nullable:
        raise _unfilled(schema, name, "it is unique and a foreign key")
    itself = alone or reference.table == schema.name
    yield name, fillers.reference(nullable=nullable, itself=itself)


def _unique(schema: Schema, own: Fillers) -> Iterator[tuple[str, str]]:
    """For each unique index without `id` and `version` one column that differs between rows."""
    keys = {name for reference in schema.references for name in reference.columns}
    for unique in schema.unique:
        names = set(unique.names)
        settled = names & {*NEEDED, "", *own} or any(
            "DEFAULT_GENERATED" in schema.columns[name].extra for name in names if name
        )
        if settled:
            continue
        for name, part in unique.columns:
            column = schema.columns[name]
            found = fillers.unique_filler(column, part)
            if found is not None and name not in keys and not column.generated:
                yield name, found
                break
        else:
            if not any(schema.columns[name].nullable for name in names & keys):
                raise _unfilled(
                    schema, ", ".join(unique.names), f"its unique index {unique.name} has too few "
                    "values for every row"
                )  # fmt: skip


def _unfilled(schema: Schema, name: str, why: str) -> UsageError:
    return UsageError(
        f"table {schema.name}: the harness cannot fill column {name}: {why}; give an expression of "
        f'NEW.version and NEW.id: SourceTable(fills={{"{name}": "..."}})'
    )


def _refused(table: str, why: str) -> UsageError:
    return UsageError(
        f"the DDL of table {table}: {why}; the harness knows rows by their key and changes by "
        f"their version: CREATE TABLE `{table}` ({DDL}, ...)"
    )
