"""A produce request on its way, and its one answer."""

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.backends.fake.kafka.record import Log, Record


@dataclass(slots=True, eq=False)
class ProduceRequest:
    """Records for one log.

    `on_answer` is told an error code (0: none) and the offset of each record.
    """

    log: Log
    records: list[Record]
    acks: int
    """-1 is all."""
    on_answer: Callable[[int, list[int]], None]
    offsets: list[int] = field(default_factory=list)
    _answered: bool = False

    def answer(self, error: int) -> None:
        """Answer, unless that was done before."""
        if not self._answered:
            self._answered = True
            self.on_answer(error, self.offsets if not error else [])
