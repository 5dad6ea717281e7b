"""The foot of the page: numbers, settings, versions, where the run came from."""

import hashlib

from harness.model import codec
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Limits, Plan, Scenario
from harness.model.topology import Topology
from harness.model.verdict import Verdict
from harness.model.workload import Consumers, Producers, Topic
from harness.reporting import pipeline_settings, words
from harness.reporting.fault_story import when
from harness.reporting.markup import Markup, items, join, prose, table, tag, with_code
from harness.reporting.statistics import Statistics

_LOGS_MAX = 100


def plan_digest(plan: Plan) -> str:
    """Twelve hex digits that two runs share when they ran the same plan."""
    return hashlib.sha256(codec.encode(plan)).hexdigest()[:12]


def numbers(statistics: Statistics, facts: Facts, verdict: Verdict) -> Markup:
    """Operations, errors, latency, logs, and what each checker counted."""
    parts = [
        tag("h3", "Operations"),
        table(
            ("Operation", "ok", "fail", "info"),
            [
                (row.f, words.count(row.ok), words.count(row.fail), words.count(row.info))
                for row in statistics.outcomes
            ],
            numbers=(1, 2, 3),
        ),
        _latency(statistics),
        _errors(statistics),
        _logs(statistics, facts),
        _checkers(verdict),
        tag("p", f"The harness itself was held up for {facts.host_stall_ms_max:,.0f} ms at most."),
    ]
    return join(parts)


def _latency(statistics: Statistics) -> Markup:
    latency = statistics.latency
    if latency is None:
        return tag("p", "No send was acknowledged.")
    figures = (latency.p50_ms, latency.p99_ms, latency.p999_ms, latency.max_ms)
    return join(
        [
            tag("h3", "Latency of acknowledged sends"),
            table(
                ("p50", "p99", "p99.9", "max"),
                [[words.milliseconds(figure) for figure in figures]],
                numbers=(0, 1, 2, 3),
            ),
        ]
    )


def _errors(statistics: Statistics) -> Markup:
    if not statistics.errors:
        return tag("p", "No client reported an error.")
    rows = [
        (
            tag("code", row.name),
            row.f,
            tag("span", row.outcome, class_=f"outcome {row.outcome}"),
            words.count(row.count),
        )
        for row in statistics.errors
    ]
    head = ("Error", "Operation", "Outcome", "How often")
    return join([tag("h3", "Errors that clients reported"), table(head, rows, numbers=(3,))])


def _logs(statistics: Statistics, facts: Facts) -> Markup:
    ends = {log.log: log for log in facts.logs}
    rows = []
    for row in statistics.logs[:_LOGS_MAX]:
        end = ends.get(row.log)
        bounds = [words.count(bound) for bound in (end.start, end.end, end.read_to)] if end else ()
        counts = [words.count(number) for number in (row.acked, row.polled, row.drained)]
        rows.append((row.log, *counts, *(bounds or ("", "", ""))))
    head = ("Log", "Acknowledged", "Read by consumers", "Final read", "Start", "End", "Read to")
    left_out = len(statistics.logs) - _LOGS_MAX
    return join(
        [
            tag("h3", "Logs"),
            table(head, rows, numbers=range(1, 7)),
            tag("p", f"and {words.counted(left_out, 'log')} more.") if left_out > 0 else "",
        ]
    )


def _checkers(verdict: Verdict) -> Markup:
    rows = [
        (
            result.checker,
            ", ".join(f"{kind}: {words.count(n)}" for kind, n in sorted(result.counts.items()) if n)
            or "no anomaly",
            ", ".join(f"{name}: {value:g}" for name, value in sorted(result.statistics.items())),
            result.unknown or "",
        )
        for result in verdict.checkers
    ]
    head = ("Checker", "Found", "Statistics", "Could not judge because")
    return join([tag("h3", "Checkers"), table(head, rows)]) if rows else Markup()


def arrangement(plan: Plan) -> Markup:
    """What ran: the stack, the topics, the traffic, the limits."""
    scenario = plan.scenario
    workload = scenario.log_workload
    rows = [
        ("stack", _stack(scenario.topology)),
        *((f"topic: {topic.name}", _topic(topic)) for topic in workload.topics),
        *((f"producers: {kind.name}", _producers(kind)) for kind in workload.producers),
        *((f"consumers: {kind.name}", _consumers(kind)) for kind in workload.consumers),
        *pipeline_settings.rows(scenario.pipeline),
        *(
            (f"step: {step.name}", _step_words(plan, index))
            for index, step in enumerate(scenario.steps)
        ),
        ("floor", _floor(scenario)),
        ("limits", _limits(scenario.limits)),
    ]
    return table(("What", "How"), rows, kind="settings")


def _floor(scenario: Scenario) -> str:
    return (
        f"{words.counted(scenario.baseline_acks, 'acknowledged send')} before chaos, "
        f"{words.count(scenario.aftermath_acks)} after the last heal, "
        f"{words.count(scenario.floor.acks)} in all, or the run is UNKNOWN"
    )


def _limits(limits: Limits) -> str:
    return (
        f"baseline {limits.baseline_s:g} s, chaos {limits.chaos_s:g} s, "
        f"settle {limits.settle_s:g} s, drain {limits.drain_s:g} s"
    )


def _stack(topology: Topology) -> Markup:
    version = f", Kafka {topology.kafka_version}" if topology.kafka_version else ""
    count = len(topology.controller_names)
    kraft = f", {words.counted(count, 'KRaft controller')}" if count else ""
    others = "".join(
        f", {name}"
        for name, there in (
            ("a schema registry", topology.registry),
            (words.counted(topology.connect_workers, "Connect worker"), topology.connect_workers),
            ("MySQL", topology.mysql),
            ("a replica of it", topology.mysql_replica),
            ("Redis", topology.redis),
            ("a replica of it", topology.redis_replica),
        )
        if there
    )
    sentence = f"{words.counted(topology.brokers, 'broker')}{kraft}{version}{others}"
    return with_code(sentence, words.settings(topology.broker_settings))


def _topic(topic: Topic) -> Markup:
    partitions = words.counted(topic.partitions, "partition")
    replicas = words.counted(topic.replicas, "replica")
    return with_code(f"{partitions}, {replicas}", words.settings(topic.settings))


def _producers(kind: Producers) -> Markup:
    rate = f"{kind.rate_per_s:g}/s each" if kind.rate_per_s else "as fast as they can"
    belief = "its delivery report" if kind.belief == "delivery" else "the return of produce()"
    ending = "flushes at the end" if kind.ending == "flush" else "leaves without a flush"
    keys = words.counted(kind.keys, "key")
    sentence = (
        f"{words.count(kind.count)} to {kind.topic}, {rate}, {keys} each; "
        f"takes a record as sent at {belief}; {ending}"
    )
    return with_code(sentence, words.settings(kind.settings))


def _consumers(kind: Consumers) -> Markup:
    how = "as one group" if kind.mode == "group" else "with partitions assigned by hand"
    sentence = f"{words.count(kind.count)} from {kind.topic}, {how}"
    return with_code(sentence, words.settings(kind.settings))


def _step_words(plan: Plan, index: int) -> Markup:
    step = plan.scenario.steps[index]
    if step.fault is not None:
        action = f"{step.fault.kind} on {step.fault.target}"
        values = words.settings(step.fault.settings)
    else:
        action, values = (f"heal {step.heal.step}" if step.heal else "nothing"), ""
    waits = step.after.acks or step.after.sends
    limit = f" (begins anyway after {step.after.limit_s:g} s)" if waits else ""
    return with_code(f"{when(step.after)}: {action}{limit}", values)


def origin(manifest: Manifest, plan: Plan) -> Markup:
    """Where the run came from."""
    commit = manifest.git_commit or "unknown"
    rows = [
        ("run", manifest.run),
        ("replay of", manifest.replay_of or "no other run"),
        ("plan digest", plan_digest(plan)),
        ("seed", str(manifest.seed)),
        ("started", manifest.started_utc),
        ("finished", manifest.finished_utc or "not recorded"),
        (
            "harness",
            f"{manifest.harness_version}, commit {commit}"
            + (" with uncommitted changes" if manifest.git_dirty else ""),
        ),
        ("command", tag("code", " ".join(manifest.argv))),
        *((f"version of {name}", value) for name, value in sorted(manifest.versions.items())),
        *((f"image {name}", tag("code", value)) for name, value in sorted(manifest.images.items())),
        *((f"host: {name}", value) for name, value in sorted(manifest.host.items())),
    ]
    return table(("What", "Value"), rows, kind="settings")


def limits_of_proof(sentences: tuple[str, ...]) -> Markup:
    """What was not tested."""
    return items(prose(sentence) for sentence in sentences)


def again(run: str) -> Markup:
    """The commands that repeat and re-check this run."""
    return join(
        [
            tag("p", "Run the same plan again, on the same kind of stack:"),
            tag("pre", f"harness replay reports/{run}"),
            tag("p", "Judge the recorded history again, without Docker:"),
            tag("pre", f"harness check reports/{run}"),
            tag("p", "Print the operations around the first anomaly:"),
            tag("pre", f"harness show reports/{run}"),
        ]
    )
