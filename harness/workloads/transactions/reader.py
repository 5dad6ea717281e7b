"""What a process with a transactional id reads while its transaction is open."""

from confluent_kafka import OFFSET_BEGINNING, TopicPartition

from harness.history.journal import Journal
from harness.model.ports.clients import Consumer, Message
from harness.workloads.payload import keys_of, payload_of, values_of

BATCH = 500


class TransactionReader:
    """A consumer with partitions of its own, whose place moves when a transaction commits.

    Args:
        client: nobody else's.
        logs: real topic and partition of all that it reads → the log's number in the journal.
    """

    def __init__(
        self, client: Consumer, logs: dict[tuple[str, int], int], journal: Journal
    ) -> None:
        self._client = client
        self._logs = logs
        self._journal = journal
        self._settled = dict.fromkeys(logs, OFFSET_BEGINNING)
        self._reached = dict(self._settled)
        self._taken: list[tuple[int, Message]] = []
        self._go_back()

    def poll(self, operation: int) -> None:
        """Take what is there, as a part of the transaction that is `operation`."""
        polled = self._client.consume(BATCH, 0)
        for message in polled:
            if message.error() is None:
                self._reached[message.topic(), message.partition()] = message.offset() + 1
                self._taken.append((operation, message))

    def end(self, *, committed: bool) -> None:
        """Go on from here, or come back to all that was taken since the last one committed."""
        if committed:
            self._settled = dict(self._reached)
        elif self._reached != self._settled:
            self._reached = dict(self._settled)
            self._go_back()

    def close(self) -> None:
        """Read no more."""
        self._client.close()

    def flush(self) -> None:
        """Move what was taken into the journal, as columns."""
        taken, self._taken = self._taken, []
        if taken:
            operations, records = zip(*taken, strict=True)
            self._journal.append(
                "reads",
                {
                    "operation": operations,
                    "log": [self._logs[each.topic(), each.partition()] for each in records],
                    "offset": [each.offset() for each in records],
                    "key": keys_of([each.key() for each in records]),
                    "value": values_of([payload_of(each) for each in records]),
                },
            )

    def _go_back(self) -> None:
        self._client.assign([TopicPartition(*log, at) for log, at in self._settled.items()])
