"""Kafka Connect in memory, as pipelines and faults ask it."""

import json
from collections import Counter
from functools import cached_property
from typing import Any

from harness.backends.fake.connect.connector import Connector
from harness.backends.fake.connect.data import Place
from harness.backends.fake.connect.kinds import KINDS
from harness.backends.fake.connect.offsets import read_places
from harness.backends.fake.connect.senders import OFFSETS_TOPIC, PRODUCER, offset_record
from harness.backends.fake.connect.status import States
from harness.backends.fake.connect.workers import Membership, Worker
from harness.backends.fake.connect.world import CALLER, World
from harness.backends.fake.kafka.clients import FakeKafka
from harness.backends.fake.kafka.producer import FakeProducer
from harness.kit.errors import FaultError, HarnessError, UsageError, WaitTimeout
from harness.kit.http import HttpError
from harness.kit.waits import NotYet, wait_until
from harness.model.defaults.brokers import replication
from harness.model.value import Settings
from harness.model.workload import Topic
from harness.systems.connect.client import GROUP, STATUS_TOPIC
from harness.systems.connect.service import SETTINGS

CONFIGS_TOPIC = "connect-configs"
NOT_FOUND, CONFLICT = 404, 409


class FakeConnect:
    """Implements `harness.model.ports.connect.Connect`.

    What its topics hold outlives all workers; while none of them answers, nor does it.
    """

    status_topic = STATUS_TOPIC

    def __init__(self, world: World) -> None:
        topology = world.topology
        self._world = world
        self._workers = {
            name: Worker(name, world.clock, self._review) for name in topology.worker_names
        }
        world.cluster.processes.update(self._workers)
        self._given: Settings = {**SETTINGS, "group.id": GROUP, **topology.connect_settings}
        self._connectors: dict[str, Connector] = {}
        self._kafka = FakeKafka(world.cluster, None, CALLER)
        session_s = float(self._given["session.timeout.ms"]) / 1e3
        self._membership = Membership(self._workers, world.clock, session_s, self._place)
        if self._workers:
            self._begin()

    def create(self, connector: str, config: Settings) -> None:
        """Create a connector or give it another configuration.

        Raises:
            UsageError: there is no such class of connectors.
            WaitTimeout: no worker answers.
        """
        self._require_answer(f"PUT {connector}/config")
        name = str(config.get("connector.class", ""))
        if name not in KINDS:
            known = ", ".join(KINDS)
            raise UsageError(
                f"connector {connector}: the fake Connect has no {name}; it has {known}"
            )
        if connector in self._connectors:
            self._connectors.pop(connector).stop()
        states = States(connector, self._write_state)
        self._connectors[connector] = Connector(
            connector,
            config,
            world=self._world,
            workers=self._workers,
            given=self._given,
            states=states,
        )
        self._place()

    def delete(self, connector: str) -> None:
        """Delete a connector; one that is not there is no error."""
        self._require_answer(f"DELETE {connector}")
        found = self._connectors.pop(connector, None)
        if found is not None:
            found.stop()

    def pause(self, connector: str) -> None:
        """Let its tasks idle, with all that they hold."""
        self._found(connector).pause()

    def resume(self, connector: str) -> None:
        """Let it go on after `pause` or `stop`."""
        self._found(connector).resume()
        self._place()

    def stop(self, connector: str) -> None:
        """End its tasks; its configuration and its offsets stay."""
        self._found(connector).stop()

    def restart(self, connector: str, *, only_failed: bool = False) -> None:
        """Restart a connector and its tasks, or those of them that failed."""
        found = self._found(connector)
        for number, task in list(found.states.tasks.items()):
            if not only_failed or task.state == "FAILED":
                found.restart_task(number)

    def restart_task(self, connector: str, task: int = 0) -> None:
        """Restart one task."""
        found = self._found(connector)
        if task not in found.states.tasks:
            raise HttpError(f"POST {connector}/tasks/{task}/restart", NOT_FOUND, "unknown task")
        found.restart_task(task)

    def status(self, connector: str, *, limit_s: float = 30.0) -> Any:  # noqa: ANN401, ARG002 - JSON
        """States of a connector and its tasks.

        Raises:
            HttpError: unknown connector.
            WaitTimeout: no worker answers.
        """
        found = self._found(connector)
        return found.states.told(found.kind.direction)

    def offsets(self, connector: str) -> Any:  # noqa: ANN401 - parsed JSON
        """How far it has read."""
        found = self._found(connector)
        if found.kind.direction == "source":
            return [
                {"partition": json.loads(source), "offset": dict(place)}
                for source, place in self._places(connector).items()
            ]
        offsets = self._world.cluster.group(f"connect-{connector}").offsets
        return [
            {
                "partition": {"kafka_topic": topic, "kafka_partition": partition},
                "offset": {"kafka_offset": offset},
            }
            for (topic, partition), offset in sorted(offsets.items())
        ]

    def topics(self, connector: str) -> tuple[str, ...]:
        """Every topic that a connector has written to or read from, in order."""
        return tuple(sorted(self._found(connector).topics))

    def reset_offsets(self, connector: str) -> None:
        """Forget how far it has read.

        Raises:
            HttpError: it is not stopped.
        """
        found = self._found(connector)
        if found.target != "STOPPED":
            raise HttpError(f"DELETE {connector}/offsets", CONFLICT, "it is not STOPPED")
        if found.kind.direction == "sink":
            self._world.cluster.group(f"connect-{connector}").offsets.clear()
        for source in self._places(connector) if found.kind.direction == "source" else ():
            key, _ = offset_record(connector, source, {})
            self._producer.produce(OFFSETS_TOPIC, None, key, 0)

    def wait_running(self, connector: str, *, limit_s: float = 60.0) -> None:
        """Let time pass until the connector and all its tasks are RUNNING.

        Raises:
            WaitTimeout: they are not in time; has the trace of one that failed.
        """

        def lacks() -> bool | NotYet:
            states = self._found(connector).states
            parts = [states.connector, *states.tasks.values()]
            if len(parts) > 1 and all(each.state == "RUNNING" for each in parts):
                return True
            traces = (each.trace for each in parts if each.trace)
            seen = ", ".join(each.state for each in parts)
            return NotYet(f"connector and tasks are {seen} {next(traces, '')}".strip())

        wait_until(
            f"connector {connector} to run",
            lacks,
            limit_s=limit_s,
            interval_s=0.1,
            retry_on=(HttpError,),
            clock=self._world.clock,
        )

    def worker_of(self, connector: str, task: int = 0) -> str:
        """The service that runs the task now.

        Raises:
            FaultError: nobody does.
        """
        try:
            tasks = self._found(connector).states.tasks
        except HarnessError as error:
            raise FaultError(f"no worker runs task {task} of {connector}: {error}") from error
        if task in tasks and tasks[task].state == "RUNNING":
            return tasks[task].worker
        raise FaultError(f"no worker runs task {task} of {connector}: {tasks}")

    @cached_property
    def _producer(self) -> FakeProducer:
        """Of the workers; a stack without any has none, and its clients keep their numbers."""
        return self._kafka.producer(PRODUCER)

    def _begin(self) -> None:
        """Make the topics of workers, and let them form their group."""
        replicas, _ = replication(self._world.topology)
        for name in (STATUS_TOPIC, OFFSETS_TOPIC, CONFIGS_TOPIC):
            settings: Settings = {"cleanup.policy": "compact"}
            self._world.cluster.create(Topic(name=name, replicas=replicas, settings=settings))
        self._membership.begin()

    def _found(self, connector: str) -> Connector:
        self._require_answer(connector)
        try:
            return self._connectors[connector]
        except KeyError:
            raise HttpError(f"GET {connector}", NOT_FOUND, "unknown connector") from None

    def _require_answer(self, what: str) -> None:
        """Raise unless a worker answers; here nobody waits for one, since nothing would go on."""
        if not self._workers:
            raise UsageError(
                "the stack has no Connect; ask for it with Topology(connect_workers=1)"
            )
        if not any(each.answers for each in self._workers.values()):
            raise WaitTimeout(f"a worker to answer {what}", 0.0, "none does")

    def _places(self, connector: str) -> dict[str, Place]:
        places = read_places(self._kafka, connector)
        if places is None:
            raise WaitTimeout(f"the offsets of {connector}", 0.0, "their topic has no leader")
        return places

    def _place(self) -> None:
        """Give members of the group what nobody runs, and then even shares."""
        members = self._membership.members
        load: Counter[str] = Counter()
        for each in self._connectors.values():
            load += each.load()
        for each in self._connectors.values():
            each.place(load, members)
        for each in self._connectors.values():
            if members:
                each.rebalance(load, members)

    def _review(self) -> None:
        for each in self._connectors.values():
            each.review()

    def _write_state(self, key: str, value: bytes | None) -> None:
        self._producer.produce(STATUS_TOPIC, value, key.encode(), 0)
        self._producer.poll(0)
