"""Bugs of a source that commits: it keeps, or logs, something else than it acknowledges."""

from collections.abc import Sequence

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.data.rows import Change, Truncated
from harness.backends.fake.seams import Seams


class _Source:
    """Knows the source's database: nothing is copied before it has committed something."""

    def __init__(self) -> None:
        self._name: str | None = None

    def wrote(self, changes: Sequence[Change | Truncated]) -> bool:
        """Whether these changes are the source's own."""
        self._name = self._name or changes[0].database
        return changes[0].database == self._name


@bug("lose-commit", "lost-change")
def lose_commit(seams: Seams, dice: Dice) -> None:
    """The source acknowledges a commit and rolls it back."""
    source = _Source()
    seams.data.keeps = lambda changes: not source.wrote(changes) or not dice.strikes()


@bug("commit-unlogged", "unlogged-change")
def commit_unlogged(seams: Seams, dice: Dice) -> None:
    """The source commits a transaction and leaves it out of its log."""
    source = _Source()

    def log(changes: Sequence[Change | Truncated]) -> Sequence[Change | Truncated]:
        return () if source.wrote(changes) and dice.strikes() else changes

    seams.data.log = log
