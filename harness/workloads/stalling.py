"""A reader that stands still on some of its partitions until nobody sends any more."""

from collections.abc import Sequence

from confluent_kafka import TopicPartition

from harness.model.ports.clients import Consumer


class Stalling:
    """Pauses partitions of a consumer, and lets them go on; called between its polls.

    Args:
        client: whose partitions they are.
        topic: its real name.
        partitions: which ones.
        reads: it begins after so many records.
    """

    def __init__(self, client: Consumer, topic: str, partitions: Sequence[int], reads: int) -> None:
        self._client = client
        self._partitions = [TopicPartition(topic, each) for each in partitions]
        self._reads = reads
        self._begun = self._ended = False
        self.may_end = False
        """Set from another thread, once."""

    def review(self, taken: int) -> None:
        """Begin or end it when it is time; `taken` is how many records were read so far."""
        if not self._begun and taken >= self._reads:
            self._begun = True
            self._client.pause(self._partitions)
        elif self._begun and self.may_end and not self._ended:
            self._ended = True
            self._client.resume(self._partitions)
