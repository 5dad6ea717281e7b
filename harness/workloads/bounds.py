"""Where a log starts and ends, asked for until a leader knows."""

from confluent_kafka import KafkaException

from harness.kit.clock import REAL, Clock
from harness.kit.waits import Deadline
from harness.model.ports.kafka import Kafka

RETRY_S = 0.1


def log_bounds(
    kafka: Kafka, topic: str, partition: int, deadline: Deadline, clock: Clock = REAL
) -> tuple[int, int]:
    """Log start offset and high watermark.

    Right after an election the client asks the old leader, and the new one cannot say yet; neither
    means that the log is lost, so both are asked again.

    Raises:
        KafkaException: nobody could say before the deadline; what was answered last.
    """
    while True:
        try:
            return kafka.watermarks(topic, partition)
        except KafkaException:
            if deadline.passed:
                raise
            clock.pause(RETRY_S)
