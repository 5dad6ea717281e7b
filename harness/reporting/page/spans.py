"""What a lane of the timeline shows: spans of time, each with a name and a look."""

import msgspec

LANES_MAX = 24
SPANS_MAX = 4000


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Something that held on one lane for a while."""

    lane: int
    start: float
    end: float
    label: str
    tone: str
    """What it looks like: a name that the script maps to a colour."""
    share: float = 1.0
    """How much of the lane's height it fills."""
    note: str = ""


class Lanes(msgspec.Struct, frozen=True, kw_only=True):
    """Spans over named lanes."""

    names: tuple[str, ...]
    spans: tuple[Span, ...]
    left_out: int = 0
    """Lanes that are not drawn."""
