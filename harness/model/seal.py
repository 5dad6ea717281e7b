"""What a run folder held when its run had been captured."""

from harness.model.value import Value


class Seal(Value, frozen=True, kw_only=True):
    """The files that a verdict rests on, as they were when the run had been captured."""

    digests: dict[str, str]
    """SHA-256 of each file, by its path in the run folder."""
