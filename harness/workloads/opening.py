"""From a plan's workload to its traffic."""

from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.model.ports import Stack
from harness.model.scenario import Plan
from harness.workloads.log import LogTraffic
from harness.workloads.traffic import Traffic


def open_traffic(plan: Plan, run: str, *, stack: Stack, journal: Journal, clock: Clock) -> Traffic:
    """Make everything that the plan's workload needs on `stack`; nothing is written yet.

    Raises:
        HarnessError: a topic or a client cannot be made.
    """
    return LogTraffic(plan.scenario.workload, plan, run, stack=stack, journal=journal, clock=clock)
