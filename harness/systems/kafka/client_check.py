"""What librdkafka says of a client's settings, asked without any broker."""

import logging
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import confluent_kafka
from confluent_kafka import KafkaException

from harness.kit.secrets import revealed
from harness.model.defaults.dialects import EVERY_CONSUMER, EVERY_PRODUCER
from harness.model.value import Scalar, Settings
from harness.systems.kafka.settings import laid_over

Kind: TypeAlias = Literal["producer", "consumer"]
FOR_ANOTHER = ("is a consumer property", "is a producer property")
"""What it warns of: a setting that this kind of client ignores."""
QUIET = ("debug", "log_level")
"""These decide what it logs, and it is by its log that it warns."""


class _Warnings(logging.Handler):
    """Keeps what was warned of."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def refusal(kind: Kind, settings: Settings) -> str | None:
    """Why a client of that kind refuses or ignores one of `settings`, over the harness's own.

    Args:
        kind: of the client.
        settings: librdkafka's, as a scenario gives them.

    Returns:
        A sentence; None when it takes all of them.
    """
    return _refusal(kind, tuple((name, repr(value), value) for name, value in settings.items()))


@lru_cache(maxsize=1024)
def _refusal(kind: Kind, given: tuple[tuple[str, str, Scalar], ...]) -> str | None:
    # The text of a value is part of the key: True and 1 are equal, and one of them is refused.
    settings = {
        name: revealed(value) if isinstance(value, str) else value
        for name, _, value in given
        if name not in QUIET
    }
    own = EVERY_PRODUCER if kind == "producer" else EVERY_CONSUMER
    merged: dict[str, Any] = laid_over(own, settings)
    logger = logging.Logger("harness.settings")  # noqa: LOG001 - of this one client
    warnings = _Warnings()
    logger.addHandler(warnings)
    try:
        if kind == "producer":
            confluent_kafka.Producer(merged, logger=logger).poll(0)
        else:
            consumer = confluent_kafka.Consumer(merged, logger=logger)
            consumer.poll(0)
            consumer.close()
    except KafkaException as error:
        return str(error.args[0].str()).strip()
    except (TypeError, ValueError) as error:
        return str(error)
    ignored = (each for each in warnings.heard if any(words in each for words in FOR_ANOTHER))
    return next((each.partition("]: ")[2] or each for each in ignored), None)
