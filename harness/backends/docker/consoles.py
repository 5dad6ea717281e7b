"""Kafka's console producer and consumer, run in the container of a broker.

A record is a line, `key|value` on its way in; what the consumer prints looks like

    Partition:0|Offset:5|key|value
"""

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from harness.kit.errors import FaultError
from harness.model.value import Settings, as_text
from harness.systems.kafka.service import INTERNAL_PORT

SEPARATOR = "|"
IDLE_LIMIT_MS = 10_000
"""A consumer that is given nothing for so long ends."""
_OWN_OPTIONS = {
    "isolation.level": "--isolation-level",
    "compression.type": "--compression-codec",  # the producer ignores the property
}
"""Settings for which a tool has an option of its own."""
_LINE = re.compile(rb"Partition:(\d+)\|Offset:(\d+)\|([^|]*)\|(.*)")


class Containers(Protocol):
    """What runs commands in containers."""

    def exec_in(
        self,
        service: str,
        argv: Sequence[str],
        on_output: Callable[[Literal["stdout", "stderr"], bytes], object],
    ) -> int:
        """Run a command; its exit status."""


@dataclass(frozen=True, slots=True)
class ConsoleRecord:
    """A record as the consumer printed it; stands in for a client's message."""

    place: tuple[str, int, int]
    content: tuple[bytes, bytes]

    def error(self) -> None:
        """It is a record."""

    def topic(self) -> str:
        """The topic's name."""
        return self.place[0]

    def partition(self) -> int:
        """The partition."""
        return self.place[1]

    def offset(self) -> int:
        """The offset."""
        return self.place[2]

    def key(self) -> bytes:
        """The record's key."""
        return self.content[0]

    def value(self) -> bytes:
        """The record's value."""
        return self.content[1]

    def timestamp(self) -> tuple[int, int]:
        """Not printed."""
        return 0, -1

    def headers(self) -> None:
        """Not printed."""


class ConsoleTools:
    """Implements `harness.model.ports.stack.Consoles`.

    Args:
        containers: where they run.
        brokers: names of the brokers.
        is_running: whether a service runs now.
    """

    def __init__(
        self, containers: Containers, brokers: Sequence[str], is_running: Callable[[str], bool]
    ) -> None:
        self._containers = containers
        self._brokers = brokers
        self._is_running = is_running

    def produce(
        self, topic: str, records: Sequence[tuple[bytes, bytes]], settings: Settings
    ) -> str | None:
        """Send records; None when all are acknowledged, else what the producer complains of."""
        lines = [f"{key.decode()}{SEPARATOR}{value.decode()}" for key, value in records]
        tool = [
            "kafka-console-producer.sh", "--bootstrap-server", self._bootstrap, "--topic", topic,
            "--property", "parse.key=true", "--property", f"key.separator={SEPARATOR}",
            *_options(settings, "--producer-property"),
        ]  # fmt: skip
        script = f"printf '%s\\n' \"$@\" | {shlex.join(tool)}"
        status, _, complaints = self._run(["sh", "-c", script, "sh", *lines])
        # It ends with 0 also when it could not send something, and says so.
        if status or b"ERROR" in complaints:
            return f"exit status {status}: {complaints.decode(errors='replace').strip()}"
        return None

    def consume(self, topic: str, count: int, settings: Settings) -> Sequence[ConsoleRecord]:
        """Read `count` records from the beginning on, fewer when no more come."""
        status, printed, _ = self._run(
            [
                "kafka-console-consumer.sh", "--bootstrap-server", self._bootstrap,
                "--topic", topic, "--from-beginning", "--max-messages", str(count),
                "--timeout-ms", str(IDLE_LIMIT_MS), "--property", "print.partition=true",
                "--property", "print.offset=true", "--property", "print.key=true",
                "--property", f"key.separator={SEPARATOR}",
                *_options(settings, "--consumer-property"),
            ]
        )  # fmt: skip
        # A tool that failed has come to no end: it is run again from the beginning.
        found = (_LINE.fullmatch(line) for line in ([] if status else printed.splitlines()))
        return [
            ConsoleRecord((topic, int(each[1]), int(each[2])), (each[3], each[4]))
            for each in found
            if each
        ]

    @property
    def _bootstrap(self) -> str:
        return ",".join(f"{broker}:{INTERNAL_PORT}" for broker in self._brokers)

    def _run(self, command: Sequence[str]) -> tuple[int, bytes, bytes]:
        """Exit status, standard output and standard error of a command beside a broker."""
        where = next(filter(self._is_running, self._brokers), None)
        if where is None:
            raise FaultError("no broker runs in whose container a console tool could")
        printed: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        status = self._containers.exec_in(
            where, command, lambda stream, text: printed[stream].append(text)
        )
        return status, b"".join(printed["stdout"]), b"".join(printed["stderr"])


def _options(settings: Settings, prop: str) -> list[str]:
    """`settings` as arguments of a tool, for which `prop` takes any setting of its client."""
    options: list[str] = []
    for name, value in settings.items():
        own = _OWN_OPTIONS.get(name)
        options += [own, as_text(value)] if own else [prop, f"{name}={as_text(value)}"]
    return options
