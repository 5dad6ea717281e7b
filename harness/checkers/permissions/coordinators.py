"""What the topics permit in which coordinators keep their state: of groups, and of transactions."""

from collections.abc import Iterator
from dataclasses import replace

from harness.checkers.permissions.permission import Permission, permits
from harness.model.defaults.brokers import broker_settings
from harness.model.pipeline.hops import hop_names
from harness.model.pipeline.paths import Path
from harness.model.scenario import Scenario
from harness.model.topology import Topology
from harness.model.value import is_on
from harness.model.workload import LogWorkload

GROUPS = (
    *("lost-commit", "forgotten-commit", "commit-regression", "committed-repeat"),
    # A group that its coordinator does not know any more begins anew, its generations as well.
    *("shared-ownership", "duplicate-processing", "double-processing", "stale-result"),
)
TRANSACTIONS = (
    # A commit that was granted and is not carried out to its end, or in some partitions only.
    *("lost-write", "unseen", "stuck", "torn-commit", "unprocessed"),
    # A process that nobody fences any more.
    *("double-processing", "stale-result", "duplicate"),
)
ROWS = ("stale-row", "resurrected-row", "nonmonotonic-sighting", "stale-beyond-bound")
EVENTS = (*ROWS, "duplicate-row", "missing-row", "duplicate-change", "missed-change")


@permits("coordinators", LogWorkload, rank=10)
def coordinator_permissions(workload: LogWorkload, scenario: Scenario) -> Iterator[Permission]:
    """What the state of coordinators permits the groups and transactions of `workload`."""
    grouped = workload.processors or any(each.mode == "group" for each in workload.consumers)
    if grouped:
        yield from _of_offsets(scenario.topology, GROUPS)
    if workload.in_transactions:
        yield from _of_transactions(scenario.topology)


@permits("offsets of copies", Path)
def offset_permissions(path: Path, scenario: Scenario) -> Iterator[Permission]:
    """What the topic permits the copies of `path` in which their groups keep their offsets."""
    names = hop_names(path, scenario.pipeline.source)
    for each in _of_offsets(scenario.topology, EVENTS):
        yield replace(each, hops=names)


def _of_offsets(topology: Topology, kinds: tuple[str, ...]) -> Iterator[Permission]:
    """What can be seen when the topic of offsets loses entries: `kinds`."""
    settings = broker_settings(topology)
    factor = "offsets.topic.replication.factor"
    lost = "the offsets of groups are lost, and groups start again"
    if int(settings[factor]) == 1:
        yield _loses(f"{factor}=1", f"{lost} with the only copy of their topic", kinds)
        return
    # The topic has no value of its own, as that of transactions has.
    if int(settings["min.insync.replicas"]) < 2:
        setting = f"min.insync.replicas={settings['min.insync.replicas']} of the offsets of groups"
        yield _loses(setting, f"{lost} with the one broker that has a commit", kinds)
    if is_on(settings["unclean.leader.election.enable"]):
        setting = "unclean.leader.election.enable=true of the offsets of groups"
        yield _loses(setting, f"{lost} when a replica that lacks them leads", kinds)


def _of_transactions(topology: Topology) -> Iterator[Permission]:
    """What can be seen when the topic loses entries in which transactions keep their state."""
    settings = broker_settings(topology)
    lost = "how far transactions have come is lost"
    factor, in_sync = (
        "transaction.state.log.replication.factor",
        "transaction.state.log.min.isr",
    )
    if int(settings[factor]) == 1:
        yield _loses(f"{factor}=1", f"{lost} with the only copy of their topic", TRANSACTIONS)
    elif int(settings[in_sync]) < 2:
        reason = f"{lost} with the one broker that has it"
        yield _loses(f"{in_sync}={settings[in_sync]}", reason, TRANSACTIONS)


def _loses(setting: str, reason: str, kinds: tuple[str, ...]) -> Permission:
    return Permission(setting=setting, reason=reason, kinds=kinds)
