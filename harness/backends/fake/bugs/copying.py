"""Bugs of a copy in tables, and of what its readers are shown."""

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.seams import Seams
from harness.history.history import NOTHING
from harness.history.tables import SEQUENCE_BITS
from harness.model.rows import MARK_KEYS

Written = tuple[tuple[int, int], ...]


@bug("drop-row", "missing-row")
def drop_row(seams: Seams, dice: Dice) -> None:
    """A copy acknowledges a new row and never has any row of that key."""
    known: set[int] = set()
    dropped: set[int] = set()

    def put(key: int, version: int) -> Written:
        if key not in known and key < MARK_KEYS and dice.strikes():
            dropped.add(key)
        known.add(key)
        return () if key in dropped else ((key, version),)

    seams.data.put = put


@bug("keep-version", "stale-row")
def keep_version(seams: Seams, dice: Dice) -> None:
    """A copy acknowledges an update and keeps a row as it is from then on."""
    known: set[int] = set()
    kept: set[int] = set()

    def put(key: int, version: int) -> Written:
        if key in known and key < MARK_KEYS and dice.strikes():
            kept.add(key)
        known.add(key)
        return () if key in kept else ((key, version),)

    seams.data.put = put


@bug("keep-removed", "resurrected-row")
def keep_removed(seams: Seams, dice: Dice) -> None:
    """A copy acknowledges that it removed a row, and still has it; it removes it never again."""
    kept: set[int] = set()

    def removes(key: int) -> bool:
        if key < MARK_KEYS and dice.strikes():
            kept.add(key)
        return key not in kept

    seams.data.removes = removes


@bug("write-other-version", "foreign-row")
def write_other_version(seams: Seams, dice: Dice) -> None:
    """A copy writes a row with a version that no writer wrote, and no other version."""
    other: set[int] = set()

    def put(key: int, version: int) -> Written:
        if key < MARK_KEYS and dice.strikes():
            other.add(key)
        return ((key, version + (1 << SEQUENCE_BITS - 1) if key in other else version),)

    seams.data.put = put


@bug("write-other-row", "extra-row")
def write_other_row(seams: Seams, dice: Dice) -> None:
    """A copy writes an additional row that no writer wrote."""

    def put(key: int, version: int) -> Written:
        if key < MARK_KEYS and dice.strikes():
            return ((key, version), (MARK_KEYS - key, version))
        return ((key, version),)

    seams.data.put = put


@bug("overlook-row", "duplicate-row")
def overlook_row(seams: Seams, dice: Dice) -> None:
    """A unique index does not find a row, so that there is a second one beside it."""
    seams.data.overlooks = dice.strikes


@bug("show-earlier", "nonmonotonic-sighting")
def show_earlier(seams: Seams, dice: Dice) -> None:
    """A reader of tables is shown a row once more as it was before."""
    before: dict[int, int] = {}
    now: dict[int, int] = {}

    def look(key: int, version: int) -> int:
        if now.get(key, NOTHING) not in (NOTHING, version):
            before[key] = now[key]
        now[key] = version
        return before[key] if key in before and dice.strikes() else version

    seams.data.look = look


@bug("show-old", "stale-beyond-bound")
def show_old(seams: Seams, dice: Dice) -> None:
    """Readers of tables are shown a row as it is at one time, for ever."""
    old: dict[int, int] = {}

    def look(key: int, version: int) -> int:
        if key not in old and dice.strikes():
            old[key] = version
        return old.get(key, version)

    seams.data.look = look
