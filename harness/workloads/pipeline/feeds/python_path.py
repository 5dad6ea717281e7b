"""The Python path: feeds and copies that are workers of the harness."""

from collections.abc import Callable, Sequence

from harness.model.pipeline.paths import Copy, Path
from harness.model.ports.source import Source
from harness.model.ports.stack import Stack
from harness.model.ports.store import Tables
from harness.workloads.pipeline.copies.table_copy import TableCopyWorker
from harness.workloads.pipeline.feeds.log_feed import LogFeedWorker
from harness.workloads.pipeline.feeds.polling_feed import PollingFeedWorker
from harness.workloads.pipeline.naming import Naming
from harness.workloads.worker import Worker

PYTHON_FEEDS: dict[str, Callable[..., Worker]] = {
    "binlog": LogFeedWorker,
    "polling": PollingFeedWorker,
}


def feed_workers(
    path: Path, naming: Naming, tables: Sequence[str], *, stack: Stack, source: Source
) -> list[Worker]:
    """The worker that feeds `path`; the tables and topics are there.

    Raises:
        UsageError: a setting does not fit.
        Exception: one of the source's, which cannot be read.
    """
    return [PYTHON_FEEDS[path.feed.kind](path, naming, tables, stack=stack, source=source)]


def table_workers(
    path: Path, copy: Copy, naming: Naming, tables: Sequence[str], *, stack: Stack, store: Tables
) -> list[Worker]:
    """The workers that keep `copy`, which is there: one reads, the others apply.

    Raises:
        UsageError: a setting does not fit.
    """
    worker = TableCopyWorker(path, copy, naming, tables, stack=stack, store=store)
    return [worker, *worker.lanes]
