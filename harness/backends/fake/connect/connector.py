"""One connector: its settings, and its tasks wherever they run."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from harness.backends.fake.connect.converters import converter
from harness.backends.fake.connect.data import TaskError
from harness.backends.fake.connect.drivers import Driver
from harness.backends.fake.connect.kinds import KINDS
from harness.backends.fake.connect.status import States
from harness.backends.fake.connect.transforms.chain import Chain
from harness.backends.fake.connect.work import Work
from harness.backends.fake.connect.workers import Worker
from harness.backends.fake.connect.world import CALLER, World
from harness.backends.fake.kafka.clients import FakeKafka
from harness.model.value import Settings

NS_PER_MS = 1_000_000
Workers: TypeAlias = dict[str, Worker]
"""By name."""


class Connector:
    """A connector that is there, until it is deleted.

    Args:
        name: its own.
        settings: as they were given.
        world: the rest of the stack.
        workers: run its tasks.
        given: settings of the workers.
        states: of it and its tasks.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        world: World,
        workers: Workers,
        given: Settings,
        states: States,
    ) -> None:
        self.name = name
        self.settings = settings
        self.kind = KINDS[str(settings["connector.class"])]
        self.topics: set[str] = set()
        self.states = states
        self.target = "RUNNING"
        """`RUNNING`, `PAUSED` or `STOPPED`."""
        self._world = world
        self._workers = workers
        self._given = given
        self._drivers: dict[int, Driver] = {}

    def place(self, load: Counter[str], members: Sequence[str]) -> None:
        """Run it and each task without a member of the group on the one with the least to do.

        Args:
            load: how many tasks each member has; grows.
            members: of the group.
        """
        if not members or self.target == "STOPPED":
            return
        if not self._is_placed(self.states.connector.worker):
            self.states.of_connector(self.target, min(members, key=load.__getitem__))
        for number in range(self.kind.tasks(self.settings)):
            if self._is_run(number):
                continue
            worker = min(members, key=lambda each: (load[each], each))
            load[worker] += 1
            self._begin(number, worker)

    def rebalance(self, load: Counter[str], members: Sequence[str]) -> None:
        """Let tasks of a member that has too many go to one that has too few."""
        for number, task in self.states.tasks.items():
            least = min(members, key=lambda each: (load[each], each))
            if self.target != "STOPPED" and load[task.worker] > load[least] + 1:
                load[task.worker] -= 1
                load[least] += 1
                self._end(number, partial(self._begin, number, least))

    def load(self) -> Counter[str]:
        """How many tasks each worker has."""
        return Counter(
            each.worker for each in self.states.tasks.values() if self._is_placed(each.worker)
        )

    def pause(self) -> None:
        """Let tasks idle."""
        self._aim("PAUSED")

    def resume(self) -> None:
        """Let tasks go on; they are begun if they were stopped."""
        self._aim("RUNNING")

    def stop(self) -> None:
        """End all tasks."""
        self.target = "STOPPED"
        for number in list(self._drivers):
            self._end(number, lambda: None)
        self._drivers = {}
        self.states.end_tasks()
        self.states.of_connector("STOPPED", self.states.connector.worker)

    def restart_task(self, number: int) -> None:
        """End a task in good order and begin it again where it was."""
        task = self.states.tasks[number]
        self.states.of_task(number, "RESTARTING", task.worker)
        self._end(number, partial(self._begin, number, task.worker))

    def review(self) -> None:
        """Drop what ran in processes that are gone."""
        for driver in self._drivers.values():
            driver.review()

    def _aim(self, target: str) -> None:
        self.target = target
        self.states.of_connector(target, self.states.connector.worker)
        for number, task in list(self.states.tasks.items()):
            if task.state != "FAILED":
                self.states.of_task(number, target, task.worker)

    def _is_run(self, number: int) -> bool:
        """Whether a member of the group has the task, in a process that is there."""
        driver, task = self._drivers.get(number), self.states.tasks.get(number)
        if driver is None or task is None:
            return False
        return driver.lives and self._is_placed(task.worker)

    def _is_placed(self, worker: str) -> bool:
        return worker in self._workers and bool(self._workers[worker].member)

    def _begin(self, number: int, worker: str) -> None:
        process = self._workers[worker]
        old = self._drivers.pop(number, None)
        if old is not None:
            old.retire()
        failed = partial(self._failed, number, worker)
        try:
            run = self.kind.begin(self._work(number, process), self._world, self._given)
        except TaskError as error:
            failed(error)
            return
        self._drivers[number] = Driver(run, process, self._world.clock, failed)
        self.states.of_task(number, self.target, worker)

    def _end(self, number: int, then: Callable[[], None]) -> None:
        driver = self._drivers.get(number)
        if driver is None or driver.ended:
            then()
        else:
            driver.end(then)

    def _failed(self, number: int, worker: str, error: TaskError) -> None:
        trace = f"org.apache.kafka.connect.errors.ConnectException: {error}"
        self.states.of_task(number, "FAILED", worker, trace)

    def _work(self, number: int, process: Worker) -> Work:
        return Work(
            connector=self.name,
            number=number,
            settings=self.settings,
            key=converter("key", self.settings, self._world.registry),
            value=converter("value", self.settings, self._world.registry),
            chain=Chain(self.settings),
            kafka=FakeKafka(self._world.cluster, process, CALLER),
            clock=self._world.clock,
            topics=self.topics,
            flush_ns=int(self._given.get("offset.flush.interval.ms", 60_000)) * NS_PER_MS,
            seams=self._world.seams,
            paused=lambda: self.target == "PAUSED",
        )
