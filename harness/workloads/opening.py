"""From a plan's workload to its traffic."""

from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.stack import Stack
from harness.model.scenario import MixedWorkload, Plan
from harness.model.workload import LogWorkload
from harness.workloads.log import LogTraffic
from harness.workloads.mixed import MixedTraffic
from harness.workloads.pipeline.traffic import PipelineTraffic
from harness.workloads.traffic import Traffic


def open_traffic(plan: Plan, run: str, *, stack: Stack, journal: Journal, clock: Clock) -> Traffic:
    """Make everything that the plan's workload needs on `stack`; nothing is written yet.

    Raises:
        HarnessError: a topic, a client or a connector cannot be made.
    """

    def log(workload: LogWorkload) -> Traffic:
        return LogTraffic(workload, plan, run, stack=stack, journal=journal, clock=clock)

    def pipeline(workload: PipelineWorkload) -> Traffic:
        return PipelineTraffic(workload, plan, run, stack=stack, journal=journal, clock=clock)

    match plan.scenario.workload:
        case LogWorkload() as workload:
            return log(workload)
        case PipelineWorkload() as workload:
            return pipeline(workload)
        case MixedWorkload() as both:
            beside = log(both.log)
            try:
                return MixedTraffic(beside, pipeline(both.pipeline), clock)
            except BaseException:
                beside.forget()  # whoever asked for both does not get it to forget
                raise
