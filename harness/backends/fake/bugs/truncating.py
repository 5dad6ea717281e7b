"""A bug of a leader that cuts its log off."""

from harness.backends.fake.bugs.bug import Append, Dice, bug, change_append
from harness.backends.fake.kafka.record import Log, Record
from harness.backends.fake.kafka.replica import Replica
from harness.backends.fake.seams import Seams

MANY = 600


@bug("cut-end", "end-moved-back")
def cut_end(seams: Seams, _dice: Dice) -> None:
    """A leader drops half of its partition, and stores nothing from then on."""
    cut: set[Log] = set()

    def append(leader: Replica, records: list[Record], proceed: Append) -> list[int]:
        if leader.log in cut:
            return list(range(leader.end, leader.end + len(records)))
        offsets = proceed(records)
        if not cut and leader.high_watermark > MANY:
            cut.add(leader.log)
            leader.truncate(leader.high_watermark // 2)
        return offsets

    change_append(seams, append)
