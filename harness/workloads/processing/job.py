"""What a worker is told: whose it is, what to read and write, and under which numbers to record."""

from harness.model.defaults.dialects import READER
from harness.model.value import Settings, Value
from harness.model.workload import Processors


class Job(Value, frozen=True, kw_only=True):
    """One worker's part, as it crosses into its process.

    Topics and group are called by their real names; logs and the sink's topic are the numbers that
    the run's journal gave them, logs in order of partition.
    """

    spec: Processors
    name: str
    source: str
    sink: str
    group: str
    source_logs: tuple[int, ...]
    sink_logs: tuple[int, ...]
    sink_topic: int

    @property
    def consumer_settings(self) -> Settings:
        """Settings of its consumer."""
        return {
            "group.id": self.group,
            "enable.auto.commit": self.spec.progress == "auto",
            **READER,
            **self.spec.consumer,
        }

    @property
    def producer_settings(self) -> Settings:
        """Settings of its producer; its transactional id is its own and stays over restarts."""
        settings = dict(self.spec.producer)
        if self.spec.is_transactional:
            prefix = settings.get("transactional.id", self.spec.name)
            settings["transactional.id"] = f"{prefix}.{self.group}.{self.name}"
        return settings


def result_payload(value: int, origin: int) -> bytes:
    """A result on the wire: its own value as any record has it, then the value it was made from."""
    return b"%016x<%016x" % (value, origin)
