"""What removes records from logs: retention from their starts, the cleaner from their middle.

And a coordinator's offsets, of groups that have had no members for too long.

The fake has no segments: a record goes by itself, as soon as it may. A size is that of values. The
cleaner leaves alone what is younger than a segment may be.
"""

from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.kafka.record import Log
from harness.backends.fake.kafka.replica import Replica
from harness.model.defaults.brokers import TOPIC_DEFAULTS
from harness.model.value import Settings

EVERY_S = 0.5


class Cleanup:
    """Looks at every log, again and again."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._later()

    def _later(self) -> None:
        self._cluster.clock.call_after(EVERY_S, self._review)

    def _review(self) -> None:
        for log in self._cluster.partitions:
            settings = self._cluster.effective(log[0])
            leader = self._cluster.readable(log)
            if leader is not None and "compact" in str(settings["cleanup.policy"]):
                self._clean(log, leader, settings)
            if leader is not None and "delete" in str(settings["cleanup.policy"]):
                limit_ms = int(settings["retention.ms"])
                oldest_ms = self._cluster.now_ms - limit_ms if limit_ms >= 0 else 0
                self._remove(log, leader, oldest_ms, int(settings["retention.bytes"]))
        self._cluster.forget_offsets()
        self._later()

    def _clean(self, log: Log, leader: Replica, settings: Settings) -> None:
        removed, now_ms = self._cluster.partitions[log].removed, self._cluster.now_ms
        older_ms = now_ms - int(settings.get("segment.ms", TOPIC_DEFAULTS["retention.ms"]))
        buried_ms = now_ms - int(settings["delete.retention.ms"])
        latest = {each.key: at for at, each in enumerate(leader.records[: leader.high_watermark])}
        for offset, record in enumerate(leader.records[: leader.high_watermark]):
            if record.timestamp_ms > older_ms:
                break
            is_latest = latest[record.key] == offset
            may_go = not is_latest or (record.value is None and record.timestamp_ms < buried_ms)
            if offset not in removed and self._cluster.seams.clean(record, is_latest, may_go):
                removed.add(offset)

    def _remove(self, log: Log, leader: Replica, oldest_ms: int, bytes_max: int) -> None:
        partition = self._cluster.partitions[log]
        size = sum(map(len, (each.value or b"" for each in leader.records[partition.start :])))
        for record in leader.records[partition.start : leader.high_watermark]:
            size -= len(record.value or b"")
            if record.timestamp_ms >= oldest_ms and not 0 <= bytes_max <= size:
                break
            partition.start += 1
        partition.start = self._cluster.seams.start(leader, partition.start)
