"""Workers that begin when a gate opens."""

from harness.workloads.worker import Worker

LOOK_EVERY_S = 0.05


class Gate:
    """Opens once, for all who wait for it."""

    def __init__(self, *, is_open: bool) -> None:
        self.is_open = is_open

    def open(self) -> None:
        """Let them begin."""
        self.is_open = True


class Gated:
    """A worker that begins when the gate is open."""

    def __init__(self, worker: Worker, gate: Gate) -> None:
        self.name = worker.name
        self._worker = worker
        self._gate = gate

    def step(self) -> float:
        """As the worker does; nothing before."""
        return self._worker.step() if self._gate.is_open else LOOK_EVERY_S

    def close(self) -> None:
        """As the worker does."""
        self._worker.close()
