"""What a verdict shows beside what it must."""

from collections.abc import Collection

from harness.checkers.kind import KINDS
from harness.model.verdict import Verdict


def beyond(verdict: Verdict, kinds: Collection[str]) -> tuple[str, ...]:
    """The kinds that count in `verdict`, and neither are of `kinds` nor follow from them.

    A known-bad twin must show the anomaly of its setting and no other; what follows is no other.
    """
    return tuple(
        kind
        for kind in verdict.counted
        if kind not in kinds and not set(kinds).intersection(KINDS[kind].follows_from)
    )
