"""A scenario: what must hold under which faults; a plan: a scenario with all choices made."""

from msgspec.structs import replace

from harness.model.fault import Step
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ranges import Limit, Offset, Title, Whole
from harness.model.topology import Topology
from harness.model.value import Value
from harness.model.workload import LogWorkload

NO_LOGS = LogWorkload(topics=(), producers=())
NO_PIPELINE = PipelineWorkload(tables=(), writers=(), paths=())


class MixedWorkload(Value, frozen=True, kw_only=True, tag="mixed"):
    """A pipeline, and producers and consumers on the same brokers."""

    log: LogWorkload
    pipeline: PipelineWorkload


class Floor(Value, frozen=True, kw_only=True):
    """The minimum traffic; with less, a run proves nothing and is UNKNOWN."""

    acks: Whole = 100
    """Acknowledged sends, or writes to the source of a pipeline, over the whole run."""
    changes: Whole = 20
    """Acknowledged changes of topics over the whole run, if the workload has administrators."""


class Limits(Value, frozen=True, kw_only=True):
    """How long each phase may take, in seconds."""

    baseline_s: Limit = 30.0
    chaos_s: Limit = 120.0
    settle_s: Limit = 60.0
    drain_s: Limit = 60.0


class Scenario(Value, frozen=True, kw_only=True):
    """Traffic, faults and the claims that must hold.

    `claims` are names of claims (`checkers/verdict/claims.py`). Empty: what the settings promise.
    """

    name: Title
    about: str
    claims: tuple[str, ...] = ()
    topology: Topology = Topology()
    workload: LogWorkload | PipelineWorkload | MixedWorkload
    steps: tuple[Step, ...] = ()
    baseline_acks: Whole = 100
    """Acknowledged sends without faults before chaos starts."""
    aftermath_acks: Whole = 0
    """Acknowledged sends after the last heal, which show that the service has recovered."""
    floor: Floor = Floor()
    limits: Limits = Limits()
    twin_of: str = ""
    """The name of the known-good scenario of this twin; empty: it is not a twin."""

    @property
    def log_workload(self) -> LogWorkload:
        """The producers and consumers; none when the workload is a pipeline."""
        match self.workload:
            case LogWorkload():
                return self.workload
            case PipelineWorkload():
                return NO_LOGS
            case MixedWorkload():
                return self.workload.log

    @property
    def pipeline(self) -> PipelineWorkload:
        """The pipeline; one without tables and paths when the workload is none."""
        match self.workload:
            case LogWorkload():
                return NO_PIPELINE
            case PipelineWorkload():
                return self.workload
            case MixedWorkload():
                return self.workload.pipeline

    @property
    def has_log(self) -> bool:
        """Whether the workload has producers and consumers besides a pipeline."""
        return not isinstance(self.workload, PipelineWorkload)

    @property
    def has_pipeline(self) -> bool:
        """Whether there is a pipeline."""
        return not isinstance(self.workload, LogWorkload)

    def with_log(self, log: LogWorkload) -> "Scenario":
        """The scenario with other producers and consumers, and the same pipeline, if any."""
        if isinstance(self.workload, MixedWorkload):
            return replace(self, workload=replace(self.workload, log=log))
        return replace(self, workload=log)

    def with_pipeline(self, pipeline: PipelineWorkload) -> "Scenario":
        """The scenario with another pipeline, and the same producers and consumers, if any."""
        if isinstance(self.workload, MixedWorkload):
            return replace(self, workload=replace(self.workload, pipeline=pipeline))
        return replace(self, workload=pipeline)


class Plan(Value, frozen=True, kw_only=True):
    """A compiled scenario, with all random choices made.

    `streams` are the sub-seeds of the workers by name.
    """

    seed: Offset
    scenario: Scenario
    streams: dict[str, int]
