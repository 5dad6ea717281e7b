"""The foot of the page: numbers, versions, where the run came from, how to repeat it."""

import hashlib

from harness.kit.counts import counted
from harness.model import codec
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.model.scenario import Plan
from harness.model.verdict import CheckResult, Verdict
from harness.reporting import words
from harness.reporting.page.markup import Markup, items, join, prose, table, tag
from harness.reporting.page.statistics import Statistics

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
        _places(statistics),
        _logs(statistics, facts),
        _checkers(verdict),
        tag("p", f"Longest stall of the harness: {facts.host_stall_ms_max:,.0f} ms."),
    ]
    return join(parts)


def _latency(statistics: Statistics) -> Markup:
    latency = statistics.latency
    if latency is None:
        return tag("p", f"No {statistics.entry} was acknowledged.")
    figures = (latency.p50_ms, latency.p99_ms, latency.p999_ms, latency.max_ms)
    return join(
        [
            tag("h3", f"Latency of acknowledged {statistics.entry}s"),
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
    head = ("Error", "Operation", "Outcome", "Count")
    return join([tag("h3", "Client errors"), table(head, rows, numbers=(3,))])


def _logs(statistics: Statistics, facts: Facts) -> Markup:
    ends = {log.log: log for log in facts.logs}
    rows = []
    for row in statistics.logs[:_LOGS_MAX]:
        end = ends.get(row.log)
        bounds = [words.count(bound) for bound in (end.start, end.end, end.read_to)] if end else ()
        # Clients of the harness neither send to the topics of a pipeline nor poll them.
        told = (row.acked, row.polled) if statistics.entry == "send" else ()
        counts = [*map(words.count, told), *[""] * (2 - len(told)), words.count(row.drained)]
        rows.append((row.log, *counts, *(bounds or ("", "", ""))))
    head = (
        "Partition",
        "Acknowledged",
        "Read by consumers",
        "Final read",
        "Start",
        "End",
        "Read to",
    )
    left_out = len(statistics.logs) - _LOGS_MAX
    return join(
        [
            tag("h3", "Partitions"),
            table(head, rows, numbers=range(1, 7)),
            tag("p", f"and {counted(left_out, 'partition')} more.") if left_out > 0 else "",
        ]
    )


def _places(statistics: Statistics) -> Markup:
    if not statistics.places:
        return Markup()
    rows = [
        (row.place, *(words.count(n) if n else "" for n in (row.events, row.rows, row.sightings)))
        for row in statistics.places
    ]
    head = ("Topics or copy", "Events at the end", "Rows at the end", "Rows seen by readers")
    return join([tag("h3", "Topics and copies"), table(head, rows, numbers=range(1, 4))])


def _checkers(verdict: Verdict) -> Markup:
    """What each checker found or measured; checkers without a result share one sentence."""
    rows = [
        (
            result.checker,
            ", ".join(f"{kind}: {words.count(n)}" for kind, n in sorted(result.counts.items()) if n)
            or "no anomaly",
            ", ".join(f"{name}: {value:g}" for name, value in sorted(result.statistics.items())),
            result.unknown or "",
        )
        for result in verdict.checkers
        if not _is_silent(result)
    ]
    silent = [result.checker for result in verdict.checkers if _is_silent(result)]
    head = ("Checker", "Found", "Statistics", "Not judged because")
    return join(
        [
            tag("h3", "Checkers") if verdict.checkers else "",
            table(head, rows) if rows else "",
            tag("p", f"No anomaly found by: {', '.join(silent)}.") if silent else "",
        ]
    )


def _is_silent(result: CheckResult) -> bool:
    return not (any(result.counts.values()) or result.statistics or result.unknown)


def origin(manifest: Manifest, plan: Plan) -> Markup:
    """Where the run came from."""
    harness = manifest.harness_version
    if manifest.harness_commit:
        harness += f", commit {manifest.harness_commit}"
    commit = manifest.git_commit or "unknown"
    rows = [
        ("run", manifest.run),
        ("replay of", manifest.replay_of or "no other run"),
        ("plan digest", plan_digest(plan)),
        ("seed", str(manifest.seed)),
        ("started", manifest.started_utc),
        ("finished", manifest.finished_utc or "not recorded"),
        ("harness", harness),
        ("repository", f"commit {commit}{' with uncommitted changes' * manifest.git_dirty}"),
        ("command", tag("code", " ".join(manifest.argv))),
        *((f"version of {name}", value) for name, value in sorted(manifest.versions.items())),
        *((f"image {name}", tag("code", value)) for name, value in sorted(manifest.images.items())),
        *((f"host: {name}", value) for name, value in sorted(manifest.host.items())),
    ]
    return table(("What", "Value"), rows, kind="settings")


def limits_of_proof(sentences: tuple[str, ...]) -> Markup:
    """What was not tested."""
    return items(prose(sentence) for sentence in sentences)


def again(folder: str) -> Markup:
    """The commands that repeat and re-check this run."""
    return join(
        [
            tag("p", "Run the same plan again:"),
            tag("pre", f"harness replay {folder}"),
            tag("p", "Judge the recorded history again, without Docker:"),
            tag("pre", f"harness check {folder}"),
            tag("p", "Print the operations around the first anomaly:"),
            tag("pre", f"harness show {folder}"),
        ]
    )
