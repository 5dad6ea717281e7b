"""What the cluster shows of topics that administrators change: in mid-run, and in the end."""

from collections.abc import Iterable, Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException

from harness.history.history import NOTHING
from harness.history.journal import Journal
from harness.kit.clock import Clock
from harness.kit.waits import Deadline
from harness.model.administration import ASPECTS, POLICIES
from harness.model.ports.kafka import Kafka, PartitionState
from harness.model.value import Settings
from harness.systems.kafka.errors import name_of
from harness.workloads.consuming import ReadLog
from harness.workloads.workplace import Workplace

RETRY_S = 0.2
ABSENT = {"exists": 0}


class TopicLog:
    """Records operations on topics, each with its aspects, once it has ended.

    Args:
        name: of the process.
        client: `administrator`, or `drain` in the final read.
        kind: what the scenario calls such processes.
    """

    def __init__(self, name: str, client: str, kind: str, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._log = ReadLog(journal, journal.process(name, client, kind), {}, clock)

    def record(
        self,
        f: str,
        began_ns: int,
        aspects: Mapping[int, Mapping[str, int]],
        error: KafkaException | None = None,
        outcome_of_error: str = "fail",
    ) -> None:
        """Record an operation that has just ended.

        Args:
            f: what was asked.
            began_ns: when.
            aspects: of each topic, by its number in the journal, what was asked for or seen.
            error: what was answered instead of an acknowledgement.
            outcome_of_error: what that means.
        """
        name = name_of(error) if error else None
        operation = self._log.operation(f, began_ns, error=name, outcome_of_error=outcome_of_error)
        self._log.flush()
        rows = [
            (subject, ASPECTS.index(aspect), value)
            for subject, each in aspects.items()
            for aspect, value in each.items()
        ]
        self._journal.append(
            "aspects",
            {
                "operation": [operation] * len(rows),
                "subject": [subject for subject, _, _ in rows],
                "aspect": [aspect for _, aspect, _ in rows],
                "value": [value for _, _, value in rows],
            },
        )


def listed(kafka: Kafka, topics: Iterable[str]) -> dict[str, dict[str, int]]:
    """Which of `topics` the cluster lists.

    Raises:
        KafkaException: it does not answer.
    """
    there = set(kafka.topics.names())
    return {topic: {"exists": int(topic in there)} for topic in topics}


def described(kafka: Kafka, topics: Iterable[str]) -> dict[str, dict[str, int]]:
    """All aspects of each of `topics` as the cluster describes it; of one that is gone, only that.

    Raises:
        KafkaException: nobody answers.
    """
    wanted = list(topics)
    states = kafka.describe(wanted)
    return {
        topic: _view(states[topic], _settings(kafka, topic)) if topic in states else dict(ABSENT)
        for topic in wanted
    }


def final_look(topics: Mapping[str, int], deadline: Deadline, workplace: Workplace) -> None:
    """Record what the cluster lists and describes in the end.

    It is asked until both agree: each broker hears of the last changes in its own time. What they
    still differ in at the deadline is recorded as it is. Of a cluster that does not answer nothing
    is recorded but that.

    Args:
        topics: real names of topics → their numbers in the journal.
        deadline: of all questions.
        workplace: where it is asked and recorded.
    """
    kafka, clock = workplace.kafka, workplace.clock
    log = TopicLog("final read", "drain", "administration", workplace.journal, clock)
    while True:
        began_ns = clock.now_ns()
        try:
            names = listed(kafka, topics)
            views = described(kafka, topics)
        except KafkaException as error:
            if deadline.passed:
                log.record("list", began_ns, {}, error)
                return
        else:
            agree = all(names[topic]["exists"] == views[topic]["exists"] for topic in topics)
            if agree or deadline.passed:
                log.record("list", began_ns, {topics[each]: names[each] for each in topics})
                for topic, view in views.items():
                    log.record("describe", began_ns, {topics[topic]: view})
                return
        clock.pause(RETRY_S)


def _view(states: Sequence[PartitionState], settings: Settings | None) -> dict[str, int]:
    view = {
        "exists": 1,
        "partitions": len(states),
        "replicas": min(len(state.replicas) for state in states),
    }
    if settings is None:
        return view
    policy = str(settings.get("cleanup.policy"))
    return {
        **view,
        "retention.ms": int(settings.get("retention.ms", NOTHING)),
        "cleanup.policy": POLICIES.index(policy) if policy in POLICIES else NOTHING,
    }


def _settings(kafka: Kafka, topic: str) -> Settings | None:
    """What a topic has of its own; None when whoever is asked knows no such topic."""
    try:
        return kafka.topics.settings(topic)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise
        return None
