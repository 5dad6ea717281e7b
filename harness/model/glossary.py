"""The words of the harness: one word for one thing, with its meaning and the words not to use.

Documents and pages show these meanings, and a test holds names, messages and documents to them.
"""

from dataclasses import dataclass

from harness.kit.errors import UsageError


@dataclass(frozen=True, slots=True)
class Term:
    """A word with one meaning."""

    name: str
    meaning: str
    """One sentence."""
    avoid: tuple[str, ...] = ()
    """Words that must not stand for it, as regular expressions, whatever their case."""


RUN = (
    Term("scenario", "Traffic, faults and claims, written as one Python value."),
    Term("claim", "What must hold under the faults of a scenario, such as `durability`."),
    Term("seed", "The number that determines every random choice of a run."),
    Term(
        "plan",
        "A scenario with all random choices made, written before anything starts.",
        avoid=(r"\bdie is cast", r"\bcast every die"),
    ),
    Term("step", "A condition to wait for, and the fault, heal or request that follows it."),
    Term("stack", "The services of a run: brokers, Connect workers, databases, proxies."),
    Term("service", "One container or process of a stack, such as `broker-1`."),
    Term(
        "fake stack",
        "An in-memory emulation of Kafka, Kafka Connect, MySQL, Redis and a schema registry; it "
        "needs no Docker.",
        avoid=(r"\bthe fakes\b", r"\bon fakes\b"),
    ),
    Term("workload", "The traffic of a scenario: its topics or tables, and their clients."),
    Term("operation", "One request of a client, recorded with its start, its end and its outcome."),
    Term(
        "outcome",
        "`ok`, `fail` (it certainly did not happen) or `info` (it may have happened).",
    ),
    Term("history", "All operations and records of a run, as tables."),
    Term("baseline", "The phase without faults; if it is unhealthy, the run is UNKNOWN."),
    Term("chaos", "The phase in which the steps of the plan are executed."),
    Term("settle", "The phase in which faults are healed and clients catch up."),
    Term("drain", "The phase of the final read."),
    Term("capture", "The phase in which logs, settings and facts are stored in the run folder."),
    Term(
        "final read",
        "The read of every partition, table and cache from start to end, after all traffic.",
        avoid=(r"\bfinal look\b", r"\blast look\b"),
    ),
    Term(
        "end mark",
        "A row written after all other writes; when a hop delivers it, the hop has caught up.",
    ),
    Term("run folder", "The files of one run: plan, history, facts, verdict and report."),
    Term("replay", "A new run of the plan of an earlier run."),
)
FAULTS = (
    Term("fault", "A failure that the harness causes on purpose.", avoid=(r"\bmishaps?\b(?!`)",)),
    Term(
        "role",
        "The target of a fault by its task, such as the leader of `orders-0`.",
    ),
    Term(
        "witness",
        "The measurement that confirms that a fault took effect.",
        avoid=(r"\b(?:bite|bites|bitten|bit and healed|it bit|that bit|saw bite)\b",),
    ),
    Term("heal", "To undo a fault and check that the service works again."),
    Term("undo ledger", "The record of faults still to be healed, written before they act."),
)
VERDICTS = (
    Term("checker", "A function that searches the history for one group of anomalies."),
    Term(
        "anomaly",
        "Recorded evidence that data was lost, duplicated, reordered, stale or otherwise wrong.",
    ),
    Term("INVALID", "An anomaly contradicts a claim, or no setting permits it."),
    Term("UNKNOWN", "The run proved nothing, for the reason given.", avoid=(r"\bunemployed\b",)),
    Term("VALID", "The claims were tested, and nothing contradicts them."),
    Term("counts", "An anomaly counts if it contradicts a claim or if no setting permits it."),
    Term(
        "permitted",
        "A setting or a fault allows the anomaly; the verdict names it with the reason.",
    ),
    Term("control", "A known-good scenario and its known-bad twin, which must show its anomaly."),
    Term("twin", "The same scenario with one worse setting, under the same traffic and faults."),
    Term("configuration", "One set of settings in a comparison of delivery guarantees."),
    Term("KEPT", "No run of the configuration shows what its guarantee rules out."),
    Term("BROKEN", "A run of the configuration shows what its guarantee rules out."),
    Term("KNOWN BUG", "As BROKEN, but a bug of other software explains it."),
)
PIPELINES = (
    Term("source", "The database in which a pipeline begins: MySQL or PostgreSQL."),
    Term(
        "source log",
        "The log of committed changes: MySQL's binary log, PostgreSQL's write-ahead log (WAL).",
    ),
    Term("path", "One feed and its copies."),
    Term("feed", "The connector or program that brings changes from the source to topics."),
    Term("change topic", "A topic of change events, one for each table unless settings say else."),
    Term("copy", "A table or cache that a connector or program keeps equal to the source."),
    Term("hop", "One stage of a path, such as `mysql → shop/topics (debezium)`."),
    Term("version", "The id of the operation that wrote a row, stored in the row itself."),
    Term("expected", "What a hop had to deliver: records, changes or rows."),
    Term("delivered", "What arrived of the expected."),
    Term("lost", "Expected, and certain never to arrive."),
    Term("foreign", "Present in a copy although no write explains it."),
    Term("inherited", "Wrong in a copy because of an earlier hop."),
    Term("passed over", "Skipped: something later in the same order has arrived already."),
    Term("staleness", "How long ago a value that was read had been replaced at the source."),
    Term("dead-letter queue", "The topic to which a sink sends records that it cannot process."),
    Term("processor", "An application that reads records, and writes a result for each."),
    Term("lane", "A thread of a processor with its own queue of records."),
    Term("program", "A user's own consumer or producer, run as a service of the stack."),
)
FIELD = (
    Term("ISR", "In-sync replicas: the leader and the followers that have caught up with it."),
    Term("high watermark", "The offset up to which all in-sync replicas have a partition."),
    Term("last stable offset", "The offset before the first transaction that is still open."),
    Term("tombstone", "A record without a value, which deletes its key from a compacted topic."),
    Term("coordinator", "The broker that manages a consumer group or a transactional producer."),
    Term("generation", "One assignment of partitions to members, between two rebalances."),
    Term("KRaft", "Kafka's own metadata quorum of controllers, in place of ZooKeeper."),
    Term("CDC", "Change data capture: reading committed changes from the source log."),
    Term("DDL", "SQL statements that define tables."),
    Term("JDBC", "The Java interface to SQL databases, which polling connectors and sinks use."),
    Term("WAL", "PostgreSQL's write-ahead log."),
    Term("XA", "Two-phase transactions of SQL databases."),
    Term("replica identity", "The columns of the old row that PostgreSQL writes to its log."),
    Term("replication slot", "PostgreSQL's record of how far a reader of the log has confirmed."),
)
SECTIONS = {
    "A run": RUN,
    "Faults": FAULTS,
    "Verdicts": VERDICTS,
    "Pipelines": PIPELINES,
    "Words of Kafka and of databases": FIELD,
}
"""All terms under the titles that documents give them."""
AVOIDED = {
    r"\b(?:whoever|whomever|nobody|somebody|anybody|everybody)\b": "a noun: no reader, each user",
    r"\b(?:has|have) it that\b": "says",
    r"\bunless given\b": "by default",
    r"\bas by default\b": "the default",
    r"(?:^|: )there (?:is|are) no\b": "no x, or: unknown x",
    r"\b(?:is|are|was|were) not there\b": "does not exist, is unknown",
    r"\bheld up\b": "stalled, delayed",
    r"\bstands? (?:at|behind|in|still|for|with)\b": "is at, comes after, is in, stops, means",
    r"\ball the same\b": "nevertheless",
    r"\bin hand\b|\bin (?:its|the|their) hands?\b": "held by, unprocessed",
    r"\bin mid\b": "during",
    r"\bgave up\b": "timed out, exited, failed",
    r"\b(?:has|have) done with\b": "has processed",
    r"\bis no (?:number|row|setting|time|version|member)\b": "is not a",
    r"\bstaled\b": "stale",
    r"\bnot whole\b": "damaged, incomplete",
    r"\bin vain\b": "without success",
    r"\brooms?\b": "package, module",
}
"""What messages and documents must not say, as regular expressions, and what to say instead."""
ORDINARY = frozenset(
    (
        *(
            "ASCII",
            "CA",
            "CPU",
            "EDN",
            "GB",
            "GET",
            "HTML",
            "HTTP",
            "ID",
            "IP",
            "JAR",
            "JSON",
            "KB",
        ),
        *("KIP", "MB", "OK", "OS", "PID", "PUT", "REST", "SHA", "SIGINT", "SIGKILL", "SIGSTOP"),
        *("SIGTERM", "SQL", "TCP", "TLS", "TTY", "UTC", "UTF", "URL", "UUID", "XML", "YAML", "API"),
        # Words of SQL that messages name, states of Connect, and placeholders of commands.
        *(
            "BIGINT",
            "BIT",
            "BOOLEAN",
            "CHECK",
            "DEFAULT",
            "ENUM",
            "FLOAT",
            "INT",
            "KEY",
            "NOT",
            "NULL",
        ),
        *(
            "PRIMARY",
            "TINYINT",
            "UNIQUE",
            "UNLOGGED",
            "YEAR",
            "REPLICA",
            "IDENTITY",
            "FAILED",
            "RUNNING",
            "STOPPED",
        ),
        *("DATE", "DATETIME", "DECIMAL", "SET", "TIME", "TIMESTAMP"),
        *("COMMAND", "FOLDER", "LINE", "MINE", "NAME", "SCENARIOS", "SERVICE", "TIMES"),
    )
)
"""Abbreviations that every reader knows."""
TERMS: dict[str, Term] = {term.name: term for section in SECTIONS.values() for term in section}
"""All terms by name."""


def meaning(name: str) -> str:
    """What a term means, in one sentence.

    Raises:
        UsageError: the glossary lacks it.
    """
    if name not in TERMS:
        raise UsageError(f"unknown term {name!r}; add it to harness/model/glossary.py")
    return TERMS[name].meaning
