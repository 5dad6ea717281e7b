"""The Python path: feeds and copies that are workers of the harness."""

from collections.abc import Callable, Sequence

from harness.model.pipeline import Copy, Path
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.copies.table_copy import TableCopyWorker
from harness.workloads.pipeline.feeds.binlog_feed import BinlogFeedWorker
from harness.workloads.pipeline.feeds.polling_feed import PollingFeedWorker
from harness.workloads.pipeline.naming import Naming
from harness.workloads.worker import Worker

PYTHON_FEEDS: dict[str, Callable[..., Worker]] = {
    "binlog": BinlogFeedWorker,
    "polling": PollingFeedWorker,
}


def feed_workers(
    path: Path, naming: Naming, tables: Sequence[str], *, stack: Stack
) -> list[Worker]:
    """The worker that feeds `path`; the tables and topics are there.

    Raises:
        UsageError: a setting does not fit.
        pymysql.Error: the source cannot be read.
    """
    return [PYTHON_FEEDS[path.feed.kind](path, naming, tables, stack=stack)]


def table_workers(
    path: Path, copy: Copy, naming: Naming, tables: Sequence[str], *, stack: Stack
) -> list[Worker]:
    """The workers that keep `copy`, whose database is there: one reads, the others apply.

    Raises:
        UsageError: a setting does not fit.
    """
    worker = TableCopyWorker(path, copy, naming, tables, stack=stack)
    return [worker, *worker.lanes]
