"""Systems that a pipeline can use: databases where it starts, caches where copies live."""

from typing import Literal, TypeAlias

SourceName: TypeAlias = Literal["mysql", "postgres"]
"""Databases in which a pipeline can start; also the name of the first place of its paths."""


LOGS: dict[SourceName, str] = {"mysql": "binary log", "postgres": "write-ahead log"}
"""The source log of each system."""


CacheName: TypeAlias = Literal["redis"]
"""Systems that store copies and caches as entries."""
