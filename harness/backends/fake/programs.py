"""Someone's own programs beside a fake cluster."""

from collections.abc import Mapping
from pathlib import Path

from harness.backends.fake.kafka.clients import FakeKafka
from harness.backends.fake.kafka.cluster import Cluster
from harness.backends.fake.process import Process
from harness.kit.errors import UsageError
from harness.kit.scratch import Scratch
from harness.model.pipeline.program import Program


class FakePrograms:
    """Implements `harness.model.ports.powers.OwnPrograms`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._folders: dict[str, Scratch] = {}

    def run(
        self,
        name: str,
        program: Program,
        environment: Mapping[str, str],  # noqa: ARG002 - whoever asks steps it
    ) -> FakeKafka:
        """Take up a service that nobody but its owner steps, with clients that end with it.

        Raises:
            UsageError: it is an image.
        """
        if program.function is None:
            raise UsageError("the fake stack runs no images; run this with --stack=docker")
        process = self._cluster.processes[name] = Process(name)
        self._folders[name] = Scratch("program")
        return FakeKafka(self._cluster, process)

    def folder(self, name: str) -> Path | None:
        """A folder of its own."""
        folder = self._folders.get(name)
        return folder.path if folder else None

    def supervise(self) -> tuple[str, ...]:
        """None ends by itself."""
        return ()

    def finish_all(self) -> None:
        """None runs by itself."""

    def remove_all(self) -> None:
        """Forget all of them."""
        while self._folders:
            name, folder = self._folders.popitem()
            del self._cluster.processes[name]
            folder.remove()
