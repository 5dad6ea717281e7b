"""Kafka's console producer and consumer as workers: what the Java client sends and reads."""

import numpy as np

from harness.history.history import NOTHING
from harness.history.tables import OUTCOMES, SEQUENCE_BITS
from harness.kit.rng import stream
from harness.kit.waits import NS_PER_S
from harness.model.ports.kafka import Consoles
from harness.model.workload import Consumers, Producers
from harness.workloads.consuming import ReadLog
from harness.workloads.payload import KEYS_PER_PRODUCER, key_bytes, payload_form
from harness.workloads.traffic import bounds_of
from harness.workloads.worker import IDLE_S
from harness.workloads.workplace import Workplace

COMPLAINT = "console:ERROR"
BETWEEN_BATCHES_S = 0.02
UNSURE = OUTCOMES.index("info")


class ConsoleProducer:
    """Sends one batch with every run of the tool, which tells no offsets.

    The arguments are those of `ProducerWorker`, and what runs the tool.
    """

    def __init__(
        self,
        spec: Producers,
        number: int,
        topic: str,
        workplace: Workplace,
        *,
        consoles: Consoles,
        seed: int,
    ) -> None:
        self.name = f"{spec.name}-{number}"
        self.sent = self.acked = 0
        self.idle = False
        self._spec = spec
        self._topic = topic
        self._consoles = consoles
        self._journal = workplace.journal
        self._clock = workplace.clock
        self._random = stream(seed, "keys")
        self._first_key = number * KEYS_PER_PRODUCER
        self._number = self._journal.topic(spec.topic, 0)
        process = self._journal.process(self.name, "producer", spec.name)
        self._next = process << SEQUENCE_BITS
        self._form = payload_form(spec.value_bytes)
        self._quiet = False

    def quiet(self) -> None:
        """Begin no more sends."""
        self._quiet = True

    def step(self) -> float:
        """Send a batch and wait until the tool ends."""
        if self._quiet:
            self.idle = True
            return IDLE_S
        count, began_ns = self._spec.batch, self._clock.now_ns()
        values = np.arange(self._next, self._next + count, dtype=np.int64)
        keys = [self._first_key + self._random.randrange(self._spec.keys) for _ in values]
        self._next += count
        self._journal.append(
            "sends",
            {
                "value": values,
                "operation": values,
                "topic": np.full(count, self._number),
                "key": keys,
                "time_ns": np.full(count, began_ns),
            },
        )
        self.sent += count
        records = [
            (key_bytes(key), self._form % value)
            for key, value in zip(keys, values.tolist(), strict=True)
        ]
        complaint = self._consoles.produce(self._topic, records, self._spec.settings)
        self._answered(values, complaint)
        took_s = (self._clock.now_ns() - began_ns) / NS_PER_S
        rate = self._spec.rate_per_s
        return max(BETWEEN_BATCHES_S, count / rate - took_s if rate else 0)

    def close(self) -> None:
        """Nothing is left when a step is over."""

    def _answered(
        self, values: np.ndarray[tuple[int], np.dtype[np.int64]], complaint: str | None
    ) -> None:
        """The tool does not say which records it failed to send, so any may be there."""
        count = len(values)
        self._journal.append(
            "deliveries",
            {
                "value": values,
                "log": np.full(count, NOTHING),
                "offset": np.full(count, NOTHING),
                "outcome": np.full(count, UNSURE if complaint else 0),
                "error": np.full(count, self._journal.error(COMPLAINT) if complaint else 0),
                "time_ns": np.full(count, self._clock.now_ns()),
            },
        )
        self.acked += 0 if complaint else count


class ConsoleConsumer:
    """Reads a topic from its beginning to its end, once nobody sends any more."""

    def __init__(
        self,
        spec: Consumers,
        topic: str,
        workplace: Workplace,
        *,
        consoles: Consoles,
    ) -> None:
        self.name = self.kind = spec.name
        self.topic = spec.topic
        self._settings = spec.settings
        self._topic = topic
        self._consoles = consoles
        self._kafka = workplace.kafka
        self._clock = workplace.clock
        process = workplace.journal.process(self.name, "consumer", spec.name)
        self._log = ReadLog(workplace.journal, process, {topic: spec.topic}, self._clock)
        self._may_read = False
        self._ended: set[int] = set()

    @property
    def position(self) -> dict[int, int]:
        """The next offset of every log that it has read."""
        return self._log.position

    @property
    def halted(self) -> set[int]:
        """Logs of which nothing more comes: the tool ended when it was given nothing any more.

        What is left of them holds no record, but the ends of transactions, which it does not show.
        """
        return self._ended

    def sends_ended(self) -> None:
        """Nobody sends any more."""
        self._may_read = True

    def step(self) -> float:
        """Read everything, when it is time."""
        if self._may_read and not self._log.taken:
            starts, ends = bounds_of(self._kafka, [self._topic], self._clock)
            count, began_ns = ends - starts, self._clock.now_ns()
            records = self._consoles.consume(self._topic, count, self._settings)
            self._log.took("poll", began_ns, records)
            self._log.flush()
            if self._log.taken:
                states = self._kafka.describe([self._topic])[self._topic]
                self._ended = {self._log.log(self._topic, each.partition) for each in states}
        return 0.1

    def close(self) -> None:
        """Nothing is left when a step is over."""
