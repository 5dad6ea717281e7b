"""The systems in which rows live, by name: sources, tables and caches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from harness.kit.registry import Registry
from harness.model.pipeline.paths import Path
from harness.model.pipeline.traffic import SourceTable
from harness.model.ports.source import Source
from harness.model.ports.stack import Stack
from harness.model.ports.store import Cache, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind:
    """A system that a pipeline can begin at."""

    make: Callable[[Stack, str], Source]
    """For a namespace on a stack; asks nothing yet."""
    problems: Callable[[SourceTable], Iterator[str]] = lambda _: iter(())
    """What the text of a table's own DDL shows before any server has read it."""
    adopt: Callable[[SourceTable], SourceTable] | None = None
    """Says a table that was declared for MySQL in words of its own; raises UsageError where it
    cannot."""
    misfits: Callable[[Path], Iterator[str]] = lambda _: iter(())
    """What of a path, written for MySQL, cannot be where tables are of this system."""


MakeTables: TypeAlias = Callable[[Stack, str], Tables]
MakeCache: TypeAlias = Callable[[Stack, str], Cache]

SOURCES: Registry[SourceKind] = Registry("source", "harness.systems")
TABLES: Registry[MakeTables] = Registry("store of tables", "harness.systems")
CACHES: Registry[MakeCache] = Registry("cache", "harness.systems")


class Stores:
    """The part of a stack whose systems are real ones: see `harness.model.ports.stack.Stack`."""

    def source(self: Stack, name: str, database: str) -> Source:
        """A database or schema as the source of a pipeline."""
        return SOURCES[name].make(self, database)

    def tables(self: Stack, name: str, database: str) -> Tables:
        """A database or schema as a copy."""
        return TABLES[name](self, database)

    def cache(self: Stack, name: str, prefix: str) -> Cache:
        """Keys of a cache as a copy, or as an application's own."""
        return CACHES[name](self, prefix)
