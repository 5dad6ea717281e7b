"""Bugs of a sink: it loses, keeps, repeats or alters what it is to write."""

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.connect.seams import Records, Values
from harness.backends.fake.seams import Seams
from harness.model.rows import MARK_KEYS

STRANGE_KEYS = 1 << 24
"""Between the key of a row of the source and that of a row which it never had."""
OTHER = 1 << 20


def _key(values: Values) -> int | None:
    """The key of a row; None for end marks."""
    key = values["id"]
    return key if isinstance(key, int) and key < MARK_KEYS else None


@bug("lose-batch", "missing-row")
def lose_batch(seams: Seams, dice: Dice) -> None:
    """A sink reports a batch as written that it did not write."""

    def put(records: Records) -> Records:
        keys = (each.key.value["id"] for each in records if each.key.value is not None)
        return () if all(key < MARK_KEYS for key in keys) and dice.strikes() else records

    seams.connect.put = put


@bug("keep-old", "stale-row")
def keep_old(seams: Seams, dice: Dice) -> None:
    """A sink has written a row and keeps it as it is from then on."""
    known: set[int] = set()
    kept: set[int] = set()

    def rows(values: Values) -> tuple[Values, ...]:
        key = _key(values)
        if key in known and dice.strikes():
            kept.add(key)
        if key is not None:
            known.add(key)
        return () if key in kept else (values,)

    seams.connect.rows = rows


@bug("keep-deleted-row", "resurrected-row")
def keep_deleted_row(seams: Seams, dice: Dice) -> None:
    """A sink does not remove a row, and never will."""
    kept: set[int] = set()

    def removes(key: int) -> bool:
        if key < MARK_KEYS and dice.strikes():
            kept.add(key)
        return key not in kept

    seams.connect.removes = removes


@bug("write-invented", "foreign-row")
def write_invented(seams: Seams, dice: Dice) -> None:
    """A sink replaces every version of a row by one that no writer wrote."""
    invented: set[int] = set()

    def rows(values: Values) -> tuple[Values, ...]:
        key, version = _key(values), values["version"]
        if key is not None and dice.strikes():
            invented.add(key)
        if key in invented and isinstance(version, int):
            values = {**values, "version": version + OTHER}
        return (values,)

    seams.connect.rows = rows


@bug("write-stranger", "extra-row")
def write_stranger(seams: Seams, dice: Dice) -> None:
    """A sink writes, beside a row, one that the source never had."""

    def rows(values: Values) -> tuple[Values, ...]:
        key = _key(values)
        if key is None or not dice.strikes():
            return (values,)
        return values, {**values, "id": key + STRANGE_KEYS}

    seams.connect.rows = rows


@bug("write-other-text", "altered-row")
def write_other_text(seams: Seams, dice: Dice) -> None:
    """A sink writes another text into a column of a row, from then on."""
    altered: set[int] = set()

    def rows(values: Values) -> tuple[Values, ...]:
        key = _key(values)
        if key is not None and dice.strikes():
            altered.add(key)
        return ({**values, "customer": "altered"} if key in altered else values,)

    seams.connect.rows = rows


@bug("write-row-twice", "duplicate-row")
def write_row_twice(seams: Seams, dice: Dice) -> None:
    """A sink into a table without a key inserts a row twice."""

    def rows(values: Values) -> tuple[Values, ...]:
        return (values,) * (2 if _key(values) is not None and dice.strikes() else 1)

    seams.connect.rows = rows


@bug("write-too-much", "refused-row")
def write_too_much(seams: Seams, dice: Dice) -> None:
    """A sink writes a text that is longer than its column."""

    def rows(values: Values) -> tuple[Values, ...]:
        if _key(values) is None or not dice.strikes():
            return (values,)
        return ({**values, "customer": "long" * 100},)

    seams.connect.rows = rows


@bug("lose-letter", "skipped-record")
def lose_letter(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - there is one record for it
    """A sink skips what it cannot use and sends nothing to its dead-letter queue."""
    seams.connect.queues = False
