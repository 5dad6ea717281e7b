"""What settings of transactions permit."""

from collections.abc import Iterator

from harness.checkers.permission import Permission
from harness.model.topology import Topology
from harness.model.workload import Consumers, LogWorkload, reads_uncommitted

TIMEOUT_SETTING, TIMEOUT_DEFAULT_MS = "transaction.timeout.ms", 60_000
SCAN_SETTING = "transaction.abort.timed.out.transaction.cleanup.interval.ms"
SCAN_DEFAULT_MS = 10_000


def open_transaction_permissions(
    consumers: Consumers, workload: LogWorkload, topology: Topology
) -> Iterator[Permission]:
    """A transaction that nobody ends is aborted by a scan after its time-out, and not before."""
    if consumers.within_ms is None or reads_uncommitted(consumers.settings):
        return
    for producers in workload.producers:
        if producers.transactions is None or consumers.topic not in producers.destinations:
            continue
        timeout_ms = int(producers.settings.get(TIMEOUT_SETTING, TIMEOUT_DEFAULT_MS))
        scan_ms = int(topology.broker_settings.get(SCAN_SETTING, SCAN_DEFAULT_MS))
        if timeout_ms + scan_ms > consumers.within_ms:
            yield Permission(
                setting=f"{TIMEOUT_SETTING}={timeout_ms} of {producers.name}",
                reason=f"a producer that stops in mid-transaction holds back every reader of "
                f"committed records for that long and until the next scan, each {scan_ms} ms",
                kinds=("stuck",),
            )
