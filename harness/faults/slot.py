"""Replication slots: what becomes of a connector whose place in the log is taken away."""

from typing import Annotated, ClassVar

from msgspec import Meta

from harness.faults.fault import fault
from harness.faults.of_slot import OfSlot, SlotSettings
from harness.model.permission import UNCAPTURED
from harness.model.ports.powers import SlotOperations
from harness.model.value import Value


@fault("slot.drop")
class Drop(OfSlot[SlotSettings]):
    """Drop the replication slot of a connector, as an operator does when a disk fills up.

    The server removes the log behind it. A standby that is promoted has no slot either, unless
    somebody saw to that.
    """

    kinds: ClassVar[tuple[str, ...]] = ("failed-task", *UNCAPTURED)
    reason: ClassVar[str] = "the slot is dropped, and with it what the connector has yet to read"

    def act(self, slots: SlotOperations, server: str, settings: SlotSettings) -> str:
        """Drop it; there was one, and is none any more."""
        before = slots.place_of(server, settings.connector)
        slots.drop(server, settings.connector)
        gone = before is not None and slots.place_of(server, settings.connector) is None
        return f"the slot at byte {before} of the log is gone" if gone else ""


@fault("slot.advance")
class Advance(OfSlot[SlotSettings]):
    """Move the replication slot of a connector that does not read to the end of the log.

    So does who wants the disk back and keeps the slot: it looks as if everything had been read.
    """

    kinds: ClassVar[tuple[str, ...]] = UNCAPTURED
    reason: ClassVar[str] = "the slot is moved past what the connector has yet to read"

    def act(self, slots: SlotOperations, server: str, settings: SlotSettings) -> str:
        """Move it; it stands further on."""
        before = slots.place_of(server, settings.connector)
        slots.advance(server, settings.connector)
        after = slots.place_of(server, settings.connector)
        passed = 0 if before is None or after is None else after - before
        return f"the slot was moved over {passed} bytes of the log" if passed > 0 else ""


class OutrunSettings(SlotSettings, frozen=True, kw_only=True):
    """How much is written."""

    megabytes: Annotated[int, Meta(ge=1, le=1_000)]


@fault("slot.outrun")
class Outrun(OfSlot[OutrunSettings]):
    """Let the write-ahead log grow beyond its limit while a connector does not read.

    What a slot has yet to read is kept, unless it is more than max_slot_wal_keep_size.
    """

    settings: ClassVar[type[Value]] = OutrunSettings
    patience_s: ClassVar[float] = 60.0

    def act(self, slots: SlotOperations, server: str, settings: OutrunSettings) -> str:
        """Grow it; the log is so much longer, and what the server says of the slot now."""
        grown = slots.outgrow(server, settings.connector, settings.megabytes)
        return f"the log grew by {grown}"
