"""What servers run with is asked again where one does not answer, and is UNKNOWN in the end."""

from types import SimpleNamespace
from typing import cast

import pytest

from harness.engine.notes import Notes
from harness.engine.observers.settings import ATTEMPTS, read_settings
from harness.model.ports.stack import Stack
from harness.model.topology import Topology
from harness.model.value import Settings


class Noted:
    """What is noted."""

    def __init__(self) -> None:
        self.settings: tuple[object, ...] = ()
        self.unknowns: list[str] = []

    def unknown(self, why: str) -> None:
        self.unknowns.append(why)


class Kafka:
    """A broker that does not answer the first few times."""

    def __init__(self, silent: int) -> None:
        self.silent = silent

    def settings(self, _broker: int) -> Settings:
        self.silent -= 1
        if self.silent >= 0:
            raise TimeoutError("no answer")
        return {"min.insync.replicas": "1", "a secret": "left out"}


@pytest.mark.parametrize("silent", [0, ATTEMPTS - 1, ATTEMPTS])
def test_a_server_that_is_silent_for_too_long_proves_nothing(silent: int) -> None:
    notes = Noted()
    stack = SimpleNamespace(topology=Topology(brokers=1), kafka=Kafka(silent), services=None)
    read_settings(cast("Stack", stack), (), {}, cast("Notes", notes))
    if silent < ATTEMPTS:
        (read,) = notes.settings
        assert getattr(read, "values", None) == {"min.insync.replicas": "1"}
        assert notes.unknowns == []
    else:
        assert notes.settings == ()
        assert notes.unknowns == [
            "broker-1 does not say what it runs with: TimeoutError: no answer"
        ]
