"""Connectors that stand still: one of their tasks is FAILED, and nothing restarts it."""

from collections.abc import Mapping

from harness.kit.clock import Clock
from harness.kit.errors import HarnessError
from harness.kit.waits import NS_PER_S
from harness.model.ports.stack import Stack

ASK_EVERY_S = 0.5
ASK_LIMIT_S = 2.0
CERTAIN_AFTER_S = 2.0
"""A task that is FAILED for so long has been seen so by the observer of tasks as well."""


class Standstill:
    """Asks Connect which connectors are FAILED, so that nobody waits for what they would move.

    Args:
        stack: whose Connect is asked, when there are connectors.
        connectors: place of the pipeline → real name of the connector that fills it; none where
            FAILED tasks are restarted.
    """

    def __init__(self, stack: Stack, connectors: Mapping[str, str], clock: Clock) -> None:
        self._stack = stack
        self._connectors = connectors
        self._clock = clock
        self._asked_ns: dict[str, int] = {}
        self._since_ns: dict[str, int] = {}

    def at(self, place: str) -> bool:
        """Whether what fills `place` is FAILED for good."""
        if place not in self._connectors:
            return False
        now_ns = self._clock.now_ns()
        if now_ns >= self._asked_ns.get(place, -(1 << 62)) + ASK_EVERY_S * NS_PER_S:
            self._asked_ns[place] = now_ns
            if self._failed(self._connectors[place]):
                self._since_ns.setdefault(place, now_ns)
            else:
                self._since_ns.pop(place, None)
        since_ns = self._since_ns.get(place)
        return since_ns is not None and now_ns >= since_ns + CERTAIN_AFTER_S * NS_PER_S

    def _failed(self, connector: str) -> bool:
        try:
            status = self._stack.connect.status(connector, limit_s=ASK_LIMIT_S)
        except HarnessError:
            return False
        return any(part["state"] == "FAILED" for part in (status["connector"], *status["tasks"]))
