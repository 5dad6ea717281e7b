"""Where a planted bug may step in at Kafka Connect."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.backends.fake.connect.data import Record
from harness.backends.fake.data.rows import Value

Records: TypeAlias = Sequence[Record]
Values: TypeAlias = Mapping[str, Value]


def _as_they_are(records: Records) -> Records:
    return records


@dataclass(slots=True)
class ConnectSeams:
    """What bugs may wrap; without bugs each does the right thing."""

    events: Callable[[Records], Records] = field(default=_as_they_are)
    """What Debezium makes of the transactions that it has just read."""
    goes_on: bool = True
    """Whether Debezium reads on where it stood when its task began anew, and not at the end."""
    write: Callable[[bytes | None], bytes | None] = field(default=lambda data: data)
    """The bytes of a value that go to a topic, from what the converter made."""
    gives_up: Callable[[], bool] = field(default=lambda: False)
    """Whether the task of a source fails instead of polling."""
    put: Callable[[Records], Records] = field(default=_as_they_are)
    """What the task of a sink is given of a batch that then counts as put."""
    rows: Callable[[Values], Sequence[Values]] = field(default=lambda values: (values,))
    """What the JDBC sink writes of one row."""
    removes: Callable[[int], bool] = field(default=lambda _key: True)
    """Whether the JDBC sink removes a row that it is told to remove."""
    queues: bool = True
    """Whether a record that a tolerant sink cannot use goes into its queue for dead letters."""
