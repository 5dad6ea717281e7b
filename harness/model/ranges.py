"""Ranges of the numbers in a scenario, and forms of its names.

They are declared on the fields of the model: `harness.engine.validation.shape` holds scenarios to
them, and msgspec holds every file to them that is read. Upper bounds are far beyond what one
machine runs; they are there so that a slip of the pen is an error and not a run without an end.
"""

from typing import Annotated, TypeAlias

from msgspec import Meta

HOURS_24_S = 86_400.0
KEYS_MAX = 1 << 16
"""Producers and writers number their keys apart by this many."""

Title: TypeAlias = Annotated[
    str, Meta(pattern=r"\A[^\x00-\x1f\x7f]{1,100}\Z", description="1 to 100 printable characters")
]
Name: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z",
        description="a name of letters, digits, '.', '_' and '-'",
    ),
]
"""Of topics and workers: it becomes part of names in Kafka."""
TableName: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9_-]{1,64}\Z",
        description="a name of at most 64 letters, digits, '_' and '-'",
    ),
]
"""Of a table: it becomes the last part of a topic's name as well."""

Whole: TypeAlias = Annotated[int, Meta(ge=0, le=10**12)]
"""A count that a step or a floor waits for."""
Period: TypeAlias = Annotated[int, Meta(ge=0, le=10**9)]
"""Every so many-th; 0 is never."""
Workers: TypeAlias = Annotated[int, Meta(ge=1, le=1_000)]
Batch: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000)]
Keys: TypeAlias = Annotated[int, Meta(ge=1, le=KEYS_MAX)]
Partitions: TypeAlias = Annotated[int, Meta(ge=1, le=1_000)]
Replicas: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
Rows: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]
Index: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000)]
"""Of a broker, member or partition, from 0."""
Offset: TypeAlias = Annotated[int, Meta(ge=0, le=1 << 62)]
Milliseconds: TypeAlias = Annotated[int, Meta(ge=1, le=86_400_000)]
Rate: TypeAlias = Annotated[float, Meta(gt=0, le=1e6)]
RateOrNone: TypeAlias = Annotated[float, Meta(ge=0, le=1e6)]
"""0 is as fast as it can."""
Seconds: TypeAlias = Annotated[float, Meta(ge=0, le=HOURS_24_S)]
Limit: TypeAlias = Annotated[float, Meta(gt=0, le=HOURS_24_S)]
"""How long something may take, in seconds."""
Fraction: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
