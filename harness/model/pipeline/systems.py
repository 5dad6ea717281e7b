"""Systems that a pipeline can use: databases where it starts, caches where copies live."""

from typing import Literal, TypeAlias

SourceName: TypeAlias = Literal["mysql", "postgres"]
"""Systems that a pipeline can begin at; the place where its paths begin is named so."""


LOGS: dict[SourceName, str] = {"mysql": "binary log", "postgres": "write-ahead log"}
"""What each calls the log of what it has committed."""


CacheName: TypeAlias = Literal["redis"]
"""Systems that keep copies and the application's own caches as entries."""
