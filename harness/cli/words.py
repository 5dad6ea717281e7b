"""What several commands share: types of their options, and how they tell of progress."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number

WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
SEED_MAX = (1 << 63) - 1
COUNT_MAX = 1_000_000


def whole(_type: object, tokens: Sequence[Token]) -> int:
    """The whole number that a word of the command line is: `1.5` is not 1.

    Raises:
        ValueError: it is another kind of number, or none.
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
SourceChoice = Literal["mysql", "postgres"]
Reports = Annotated[Path, Parameter(name="--reports-dir")]


def say(line: str) -> None:
    """Write a line of progress; what a command answers with goes to standard output."""
    print(f"  {line}", file=sys.stderr, flush=True)
