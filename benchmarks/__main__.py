"""Measure: `python -m benchmarks [NAME …]`, all benchmarks unless named (see NAMES).

`checkers` and `exam` need nothing; the others need a Docker engine.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

NAMES = ("checkers", "exam", "boot", "produce", "pipeline", "throughput")


def main(names: Sequence[str]) -> int:
    """Print the table of each benchmark; 2 when there is none of a name."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(
            f"there is no benchmark {', '.join(unknown)}; known: {', '.join(NAMES)}",
            file=sys.stderr,
        )
        return 2
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        print(import_module(f"benchmarks.{name}").main(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
