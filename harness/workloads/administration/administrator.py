"""An administrator of topics, as a worker: one request after the other, each an operation."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from confluent_kafka import KafkaException

from harness.kit.rng import stream
from harness.model.administration import POLICIES, Administrators
from harness.model.workload import Topic
from harness.systems.kafka.topic_errors import outcome_of
from harness.workloads.administration.topic_views import TopicLog, described, listed
from harness.workloads.worker import IDLE_S
from harness.workloads.workplace import Workplace

WEIGHTS = {
    "create": 3,
    "add-partitions": 3,
    "configure": 4,
    "delete": 2,
    "list": 1,
    "describe": 2,
    "create-too-much": 1,
    "configure-wrongly": 1,
}
"""How often each is chosen of those that make sense."""
RETENTION_MS = 3_600_000
"""Every change of it asks for another value above this, so that each can be told from the rest."""
TOO_MANY_REPLICAS = 100
NO_RETENTION_MS = -2


@dataclass(slots=True)
class _Held:
    """A topic that exists, as far as its administrator knows."""

    name: str
    partitions: int
    policy: int


class AdministratorWorker:
    """Changes and views topics that nobody else changes.

    Args:
        spec: what it is.
        number: which of that kind it is, from 0.
        run: what names of its topics end with.
        seed: decides what it does.
    """

    def __init__(
        self,
        spec: Administrators,
        number: int,
        run: str,
        workplace: Workplace,
        *,
        seed: int,
    ) -> None:
        self.name = f"{spec.name}-{number}"
        self.acked = 0
        """Changes acknowledged so far."""
        self.idle = False
        self.topics: dict[str, int] = {}
        """Real names of all topics that it ever asked for → their numbers in the journal."""
        self._spec = spec
        self._run = run
        self._topics = workplace.kafka.topics
        self._kafka = workplace.kafka
        self._journal = workplace.journal
        self._clock = workplace.clock
        self._random = stream(seed, "administration")
        self._log = TopicLog(self.name, "administrator", spec.name, self._journal, self._clock)
        self._retentions = itertools.count(RETENTION_MS)
        self._held: list[_Held] = []
        self._free: list[str] = []
        self._quiet = False
        self._acts: Mapping[str, Callable[[], None]] = {
            "create": partial(self._create, spec.replicas),
            "add-partitions": self._add_partitions,
            "configure": self._configure,
            "delete": self._delete,
            "list": self._list,
            "describe": self._describe,
            "create-too-much": partial(self._create, TOO_MANY_REPLICAS),
            "configure-wrongly": self._configure_wrongly,
        }

    def quiet(self) -> None:
        """Begin no more requests."""
        self._quiet = True

    def step(self) -> float:
        """Make one request and wait for its answer."""
        if self._quiet:
            self.idle = True
            return IDLE_S
        choices = self._choices()
        weights = [WEIGHTS[each] for each in choices]
        (choice,) = self._random.choices(choices, weights)
        self._acts[choice]()
        return 1.0 / self._spec.rate_per_s

    def close(self) -> None:
        """Nothing is left when a step is over."""

    def _choices(self) -> list[str]:
        """What it can do now."""
        able = {
            "create": len(self._held) < self._spec.topics,
            "add-partitions": bool(self._growing),
            **dict.fromkeys(("configure", "delete", "configure-wrongly"), bool(self._held)),
            **dict.fromkeys(("list", "describe"), bool(self.topics)),
            "create-too-much": True,
        }
        return [choice for choice in WEIGHTS if able[choice]]

    @property
    def _growing(self) -> list[_Held]:
        return [each for each in self._held if each.partitions < self._spec.partitions_max]

    def _create(self, replicas: int) -> None:
        held = _Held(self._name(), self._random.randint(1, 3), self._random.randrange(2))
        retention = next(self._retentions)
        topic = Topic(
            name=held.name,
            partitions=held.partitions,
            replicas=replicas,
            settings={"retention.ms": retention, "cleanup.policy": POLICIES[held.policy]},
        )
        asked = {
            "exists": 1,
            "partitions": held.partitions,
            "replicas": replicas,
            "retention.ms": retention,
            "cleanup.policy": held.policy,
        }
        if self._change("create", held.name, asked, lambda: self._topics.create(topic)):
            self._held.append(held)

    def _add_partitions(self) -> None:
        held = self._random.choice(self._growing)
        total = held.partitions + 1

        def request() -> None:
            self._topics.add_partitions(held.name, total)

        if self._change("add-partitions", held.name, {"partitions": total}, request):
            held.partitions = total

    def _configure(self) -> None:
        held = self._random.choice(self._held)
        if self._random.random() < 0.5:
            self._set(held, "retention.ms", next(self._retentions))
        elif self._set(held, "cleanup.policy", 1 - held.policy):
            held.policy = 1 - held.policy

    def _configure_wrongly(self) -> None:
        self._set(self._random.choice(self._held), "retention.ms", NO_RETENTION_MS)

    def _set(self, held: _Held, setting: str, value: int) -> bool:
        told = POLICIES[value] if setting == "cleanup.policy" else value

        def request() -> None:
            self._topics.configure(held.name, {setting: told})

        return self._change("configure", held.name, {setting: value}, request)

    def _delete(self) -> None:
        held = self._random.choice(self._held)
        if self._change("delete", held.name, {"exists": 0}, lambda: self._topics.delete(held.name)):
            self._held.remove(held)
            self._free.append(held.name)

    def _change(
        self, f: str, name: str, asked: Mapping[str, int], request: Callable[[], None]
    ) -> bool:
        """Make a request; whether it was acknowledged.

        A topic of which nobody knows what becomes of it is left alone.
        """
        began_ns, aspects = self._clock.now_ns(), {self.topics[name]: asked}
        try:
            request()
        except KafkaException as error:
            outcome = outcome_of(error)
            self._log.record(f, began_ns, aspects, error, outcome)
            if outcome == "info":
                self._held = [each for each in self._held if each.name != name]
            elif f == "create":
                self._free.append(name)
            return False
        self._log.record(f, began_ns, aspects)
        self.acked += 1
        return True

    def _list(self) -> None:
        began_ns = self._clock.now_ns()
        try:
            seen = listed(self._kafka, self.topics)
        except KafkaException as error:
            self._log.record("list", began_ns, {}, error)
            return
        self._log.record("list", began_ns, {self.topics[each]: seen[each] for each in seen})

    def _describe(self) -> None:
        name, began_ns = self._random.choice(list(self.topics)), self._clock.now_ns()
        try:
            seen = described(self._kafka, [name])
        except KafkaException as error:
            self._log.record("describe", began_ns, {}, error)
            return
        self._log.record("describe", began_ns, {self.topics[name]: seen[name]})

    def _name(self) -> str:
        """A name that no topic has: one that was deleted, or a new one."""
        if self._free and self._random.random() < 0.5:
            return self._free.pop(0)
        called = f"{self.name}-{len(self.topics)}"
        real = f"{called}.{self._run}"
        self.topics[real] = self._journal.subject(called)
        return real
