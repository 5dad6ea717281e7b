"""Which kinds of anomaly are another one's damage as somebody else sees it.

A known-bad twin must show the anomaly of its setting and no other; these are no others.
"""

from collections.abc import Collection

from harness.model.verdict import Verdict

CONSEQUENCES: dict[str, tuple[str, ...]] = {
    # A log that is cut off gives the offsets that it lost to other records: later ones stand before
    # earlier ones, and readers go back.
    "lost-write": (
        "ghost",
        "forked-offset",
        "inconsistent-offsets",
        "nonmonotonic-send",
        "nonmonotonic-poll",
    ),
    # What has its effect twice was handed out twice.
    "double-processing": ("duplicate-processing",),
    # What a reader passes over between two polls it may pass over within one.
    "poll-skip": ("int-poll-skip",),
    # What a broker holds that is gone for good cannot be read.
    "dead-service": ("unseen",),
}


def beyond(verdict: Verdict, kinds: Collection[str]) -> tuple[str, ...]:
    """The kinds that count in `verdict`, and neither are of `kinds` nor follow from them."""
    follow = {each for kind in kinds for each in CONSEQUENCES.get(kind, ())}
    return tuple(kind for kind in verdict.counted if kind not in {*kinds, *follow})
