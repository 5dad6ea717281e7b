"""Which claims a run over logs gives occasion to."""

from harness.model.cleanup import is_ever
from harness.model.scenario import Scenario


def log_claims(scenario: Scenario) -> tuple[str, ...]:
    """Claims about something that is there: one about nothing would hold, and say nothing.

    A history of others names no topics: nobody looked at their settings, their cluster, or what
    coordinators wrote.
    """
    workload = scenario.log_workload
    watched = bool(workload.topics or workload.administrators)
    compacted = any(is_ever(scenario, topic, "compact") for topic in workload.topics)
    transactional = bool(workload.in_transactions)
    processed = bool(workload.processors)
    polled = any(each.transactions and each.transactions.polls for each in workload.producers)
    read = bool(workload.consumers) or processed or polled
    in_groups = processed or any(each.mode == "group" for each in workload.consumers)
    occasions = {
        "administration": bool(workload.administrators),
        "atomicity": transactional,
        "committed-offsets": watched and in_groups,
        "compaction": compacted,
        "durability": True,
        "exactly-once": processed or (in_groups and transactional),
        "failover": watched,
        "integrity": True,
        "key-order": watched,
        "last-values": processed or any(each.delete_every for each in workload.producers),
        "no-duplicates": True,
        "ordering": True,
        "ownership": watched and in_groups,
        "processing": processed,
        "processing-once": in_groups,
        "progress": any(each.within_ms is not None for each in workload.consumers),
        "reading": read,
        "recovery": watched,
        "resumption": watched and in_groups,
        "retention": watched,
        "sole-ownership": in_groups,
    }
    return tuple(name for name, there in occasions.items() if there)
