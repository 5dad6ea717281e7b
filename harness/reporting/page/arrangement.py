"""What ran, as the plan says: the stack, the traffic, the steps, the limits."""

from collections.abc import Iterator

from harness.kit.counts import counted
from harness.model.conditions import Acks, Sends
from harness.model.facts import Facts, UnmetCondition
from harness.model.scenario import Limits, Plan, Scenario
from harness.model.topology import SERVERS, Topology
from harness.model.workload import Consumers, Processors, Producers, Topic, Transactions
from harness.reporting import words
from harness.reporting.entry import entry_of
from harness.reporting.page import pipeline_settings
from harness.reporting.page.markup import Markup, table, tag, with_code

PROGRESS = {
    "auto": "the client commits in the background",
    "before": "commits, then processes",
    "after": "processes, then commits",
    "transaction": "commits offsets and results in one transaction",
}

READING = {
    "group": "as one group",
    "assigned": "with partitions assigned by hand",
    "console": "with kafka-console-consumer.sh, at the end",
}


def arrangement(plan: Plan, facts: Facts) -> Markup:
    """What ran: the stack, the topics, the traffic, the steps, the limits."""
    scenario = plan.scenario
    workload = scenario.log_workload
    unmet = {event.step: event for event in facts.unmet}
    rows = [
        ("stack", ", ".join(_services(scenario.topology))),
        *_overrides(scenario.topology),
        *((f"topic: {topic.name}", _topic(topic)) for topic in workload.topics),
        *((f"producers: {kind.name}", _producers(kind)) for kind in workload.producers),
        *((f"consumers: {kind.name}", _consumers(kind)) for kind in workload.consumers),
        *((f"processors: {kind.name}", _processors(kind)) for kind in workload.processors),
        *pipeline_settings.rows(scenario.pipeline),
        *(
            (f"step: {step.name}", _step_words(plan, index, unmet.get(step.name)))
            for index, step in enumerate(scenario.steps)
        ),
        ("required traffic", _floor(scenario)),
        ("limits", _limits(scenario.limits)),
    ]
    return table(("What", "How"), rows, kind="settings")


def _floor(scenario: Scenario) -> str:
    asked = f"acknowledged {entry_of(scenario)}"
    return (
        f"{counted(scenario.baseline_acks, asked)} before chaos, "
        f"{words.count(scenario.aftermath_acks)} after the last heal, "
        f"{words.count(scenario.floor.acks)} in total; otherwise the run is UNKNOWN"
    )


def _limits(limits: Limits) -> str:
    return (
        f"baseline {limits.baseline_s:g} s, chaos {limits.chaos_s:g} s, "
        f"settle {limits.settle_s:g} s, drain {limits.drain_s:g} s"
    )


def _services(topology: Topology) -> Iterator[str]:
    if topology.brokers:
        version = f" of Kafka {topology.kafka_version}" if topology.kafka_version else ""
        yield counted(topology.brokers, "broker") + version
    if servers := len(topology.zookeeper_names):
        yield "ZooKeeper" if servers == 1 else f"{words.count(servers)} ZooKeeper servers"
    if controllers := len(topology.controller_names):
        yield counted(controllers, "KRaft controller")
    if topology.connect_workers:
        yield counted(topology.connect_workers, "Connect worker")
    if topology.registry:
        yield "a schema registry"
    for server, name in SERVERS.items():
        if getattr(topology, server):
            replicated = getattr(topology, f"{server}_replica", False)
            yield f"{name} with a replica" if replicated else name


def _overrides(topology: Topology) -> Iterator[tuple[str, Markup]]:
    for service in ("broker", "zookeeper", "registry", "connect", *SERVERS):
        if values := getattr(topology, f"{service}_settings"):
            yield f"settings of {service}", tag("code", words.settings(values))


def _topic(topic: Topic) -> Markup:
    partitions = counted(topic.partitions, "partition")
    replicas = counted(topic.replicas, "replica")
    return with_code(f"{partitions}, {replicas}", words.settings(topic.settings))


def _producers(kind: Producers) -> Markup:
    rate = f"{kind.rate_per_s:g}/s each" if kind.rate_per_s else "at full speed"
    tool = "with kafka-console-producer.sh, " if kind.client == "console" else ""
    belief = "its delivery report arrives" if kind.belief == "delivery" else "produce() returns"
    ending = "flushes at the end" if kind.ending == "flush" else "exits without flush()"
    keys = counted(kind.keys, "key")
    sentence = (
        f"{words.count(kind.count)} to {kind.topic}, {tool}{rate}, {keys} each; "
        f"counts a record as sent once {belief}; {ending}"
    )
    if kind.transactions is not None:
        sentence += f"; {_transactions(kind.transactions)}"
    return with_code(sentence, words.settings(kind.settings))


def _transactions(rules: Transactions) -> str:
    also = f", also to {', '.join(rules.topics)}" if rules.topics else ""
    pieces = [f"in transactions of {counted(rules.records, 'record')}{also}"]
    if rules.polls:
        pieces.append(f"which also poll {', '.join(rules.polls)}")
    if rules.aborted:
        pieces.append(f"{rules.aborted:.0%} of them aborted")
    if rules.takeover_every:
        pieces.append(f"another process takes over during every {rules.takeover_every}th")
    if rules.stops_after:
        pieces.append(f"stops during a transaction after {words.count(rules.stops_after)}")
    return ", ".join(pieces)


def _processors(kind: Processors) -> Markup:
    progress = PROGRESS[kind.progress]
    once = "; results are deduplicated" if kind.deduplicated else ""
    sentence = f"{words.count(kind.count)} from {kind.source} to {kind.sink}, {progress}{once}"
    return with_code(sentence, words.settings({**kind.consumer, **kind.producer}))


def _consumers(kind: Consumers) -> Markup:
    how = READING[kind.mode]
    sentence = f"{words.count(kind.count)} from {kind.topic}, {how}"
    return with_code(sentence, words.settings(kind.settings))


def _step_words(plan: Plan, index: int, unmet: UnmetCondition | None) -> Markup:
    step = plan.scenario.steps[index]
    if step.fault is not None:
        action = f"{step.fault.kind} on {step.fault.target}"
        values = words.settings(step.fault.settings)
    else:
        action, values = (f"heal {step.heals}" if step.heals else "nothing"), ""
    waits = any(isinstance(each, Acks | Sends) for each in step.after.conditions)
    limit = f" (starts anyway after {step.after.limit_s:g} s)" if waits else ""
    limit = f"; {unmet}" if unmet else limit
    return with_code(f"{step.after.phrase(entry_of(plan.scenario))}: {action}{limit}", values)
