"""Nodes that give up by themselves are started again, once each, as whoever runs a service does.

A broker whose session with ZooKeeper expires while it starts exits for good, for which a busy
machine is enough. One that cannot run exits again, and only that is a finding.
"""

from harness.engine.notes import Notes
from harness.model.facts import RevivedEvent
from harness.model.ports.stack import Stack


class Supervisor:
    """Watches brokers and whoever keeps the metadata, from when every fault is healed."""

    name = "supervisor"
    EVERY_S = 0.5

    def __init__(self, stack: Stack, notes: Notes) -> None:
        self._stack = stack
        self._notes = notes
        topology = stack.topology
        self._nodes = (*topology.metadata_names, *topology.broker_names)
        self._revived: set[str] = set()

    def step(self) -> float:
        """Start again who has exited for the first time."""
        for name in self.exited():
            if name not in self._revived:
                self._revived.add(name)
                self._notes.revived.append(
                    RevivedEvent(time_ns=self._notes.since_start_ns(), service=name)
                )
                self._notes.say(f"{name} exited unexpectedly; restarting it")
                self._stack.services.start(name)
        return self.EVERY_S

    def exited(self) -> tuple[str, ...]:
        """Who does not run now."""
        return tuple(name for name in self._nodes if self._stack.services.state(name) == "exited")

    def close(self) -> None:
        """Nothing to hand back."""
