"""What several commands share: types of their options, and how they tell of progress."""

import sys
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

AtLeastOne = Annotated[int, Parameter(validator=Number(gte=1))]
MetadataChoice = Literal["zookeeper", "kraft"]


def say(line: str) -> None:
    """Write a line of progress; what a command answers with goes to standard output."""
    print(f"  {line}", file=sys.stderr, flush=True)
