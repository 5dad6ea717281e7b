"""Shared by several commands: types of options, and the output of progress."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number

from harness.model.manifest import StackKind

WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
SEED_MAX = (1 << 63) - 1
COUNT_MAX = 1_000_000


def whole(_type: object, tokens: Sequence[Token]) -> int:
    """Parse a whole number of the command line; `1.5` is refused.

    Raises:
        ValueError: it is not a whole number.
    """
    (token,) = tokens
    if not WHOLE.fullmatch(token.value):
        raise ValueError(f'Invalid value "{token.value}" for {token.keyword}: not a whole number.')
    return int(token.value)


AtLeastOne = Annotated[int, Parameter(converter=whole, validator=Number(gte=1, lte=COUNT_MAX))]
Seed = Annotated[int, Parameter(converter=whole, validator=Number(gte=0, lte=SEED_MAX))]
SeedOrDrawn = Annotated[
    int | None, Parameter(converter=whole, validator=Number(gte=0, lte=SEED_MAX))
]
AnomalyNumber = Annotated[int | None, Parameter(converter=whole)]
MetadataChoice = Literal["zookeeper", "kraft"]
StackChoice = Annotated[StackKind, Parameter(name="--stack")]
SourceChoice = Literal["mysql", "postgres"]
Reports = Annotated[Path, Parameter(name="--reports-dir")]


def say(line: str) -> None:
    """Write a line of progress to standard error; results go to standard output."""
    print(f"  {line}", file=sys.stderr, flush=True)
