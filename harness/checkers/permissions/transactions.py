"""What settings of transactions permit."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.clients import producer_dialect, reads_uncommitted
from harness.model.defaults.brokers import broker_settings
from harness.model.scenario import Scenario
from harness.model.workload import Consumers

TIMEOUT_SETTING = "transaction.timeout.ms"
SCAN_SETTING = "transaction.abort.timed.out.transaction.cleanup.interval.ms"


@permits("open transactions", Consumers, rank=10)
def transaction_permissions(consumers: Consumers, scenario: Scenario) -> Iterator[Permission]:
    """A transaction that nobody ends is aborted by a scan after its time-out, and not before."""
    if consumers.within_ms is None or reads_uncommitted(consumers):
        return
    for producers in scenario.log_workload.producers:
        if producers.transactions is None or consumers.topic not in producers.destinations:
            continue
        dialect = producer_dialect(producers, scenario.topology)
        timeout_ms = int(dialect.of_producer(producers.settings)[TIMEOUT_SETTING])
        scan_ms = int(broker_settings(scenario.topology)[SCAN_SETTING])
        if timeout_ms + scan_ms > consumers.within_ms:
            yield Permission(
                setting=f"{TIMEOUT_SETTING}={timeout_ms} of {producers.name}",
                reason=(
                    "a producer that stops during a transaction blocks every read_committed "
                    f"consumer for that long and until the next scan, each {scan_ms} ms"
                ),
                kinds=("stuck",),
            )
