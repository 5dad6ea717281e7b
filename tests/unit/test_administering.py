"""Administrators of topics as workers: what they do, what they record, what they leave alone."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from confluent_kafka import KafkaError, KafkaException

from harness.backends.fake.stack import FakeStack
from harness.history.build import HistoryBuilder
from harness.history.history import History
from harness.history.journal import Journal
from harness.history.load import load
from harness.kit.waits import Deadline
from harness.model.administration import CHANGES, Administrators
from harness.model.roles import Controller
from harness.model.topology import Topology
from harness.model.workload import Topic
from harness.reporting.operations import describe
from harness.workloads.administration.administrator import AdministratorWorker
from harness.workloads.administration.topic_views import final_look
from harness.workloads.workplace import Workplace

CONTROLLER = Controller()
SPEC = Administrators()


class Office:
    """A fake stack with one administrator, whose steps are made by hand."""

    def __init__(self, folder: Path, *bugs: str) -> None:
        self.stack = FakeStack(Topology(), seed=1, bugs=bugs)
        self.journal = Journal(folder, origin_ns=self.stack.clock.now_ns())
        self.workplace = Workplace(self.stack.kafka, self.journal, self.stack.clock)
        self.worker = AdministratorWorker(
            SPEC,
            0,
            "run",
            self.workplace,
            seed=5,
        )
        self._folder = folder

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.stack.clock.pause(self.worker.step())

    def look(self) -> None:
        final_look(self.worker.topics, Deadline(2.0, self.stack.clock), self.workplace)

    def history(self) -> History:
        self.journal.close()
        return load(self._folder)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_request_to_a_frozen_controller_happens_when_it_wakes() -> None:
    stack = FakeStack(Topology(), seed=1)
    (controller,) = stack.resolve(CONTROLLER)
    stack.services.pause(controller)
    with pytest.raises(KafkaException) as raised:
        stack.kafka.topics.create(Topic(name="late"))
    assert raised.value.args[0].code() == KafkaError._TIMED_OUT
    assert "late" not in stack.kafka.topics.names()
    stack.services.resume(controller)
    assert "late" in stack.kafka.topics.names()


def test_a_request_to_a_controller_that_dies_in_its_sleep_never_happens() -> None:
    stack = FakeStack(Topology(), seed=1)
    (controller,) = stack.resolve(CONTROLLER)
    stack.services.pause(controller)
    with pytest.raises(KafkaException):
        stack.kafka.topics.create(Topic(name="late"))
    stack.services.kill(controller)
    stack.services.start(controller)
    stack.clock.pause(20)
    assert "late" not in stack.kafka.topics.names()


def test_every_kind_of_operation_is_made_and_recorded_with_what_it_asked(office: Office) -> None:
    office.steps(200)
    office.look()
    history = office.history()
    outcomes = Counter(history.operations.select("f", "outcome").iter_rows())
    assert {f for f, _ in outcomes} == {*CHANGES, "list", "describe"}
    assert {outcome for _, outcome in outcomes} == {"ok", "fail"}
    granted = history.operations.filter(pl.col("f").is_in(CHANGES), outcome="ok")
    assert office.worker.acked == len(granted)
    asked = history.operations.filter(pl.col("f").is_in(CHANGES))
    assert set(asked["op"]) <= set(history.aspects["op"])
    finals = history.processes.filter(client="drain")["process"]
    seen = history.operations.filter(pl.col("process").is_in(finals.implode()))
    assert Counter(seen["f"]) == {"list": 1, "describe": len(history.subjects)}


def test_a_topic_of_which_nobody_knows_is_left_alone(office: Office) -> None:
    office.steps(30)
    (controller,) = office.stack.resolve(CONTROLLER)
    office.stack.services.pause(controller)
    office.steps(20)
    office.stack.services.resume(controller)
    office.steps(100)
    history = office.history()
    changes = history.aspects.join(history.operations, on="op").filter(pl.col("f").is_in(CHANGES))
    unsure = changes.filter(outcome="info")["subject"].unique()
    assert len(unsure) > 3
    for subject in unsure:
        last = changes.filter(subject=subject).sort("op").row(-1, named=True)
        assert last["outcome"] == "info"


def test_a_last_look_that_never_agrees_is_recorded_as_it_is(tmp_path: Path) -> None:
    office = Office(tmp_path, "list-half")
    office.steps(60)
    office.look()
    history = office.history()
    rows = history.aspects.join(history.operations, on="op").join(history.processes, on="process")
    there = rows.filter(client="drain", aspect="exists", value=1).group_by("f").len()
    counted = dict(there.iter_rows())
    assert counted["list"] < counted["describe"]


def test_operations_on_topics_are_told_in_words() -> None:
    build = HistoryBuilder()
    build.administer("admin", "create", "orders", {"exists": 1, "partitions": 3})
    build.administer("admin", "configure", "orders", {"cleanup.policy": 1})
    build.administer("admin", "list", "orders", {"exists": 1})
    build.administer("admin", "delete", "orders", {"exists": 0})
    rows = describe(build.history(), range(4))
    assert [(row.f, row.what, row.where) for row in rows.values()] == [
        ("create", "partitions=3", "orders"),
        ("configure", "cleanup.policy=compact", "orders"),
        ("list", "orders", ""),
        ("delete", "nothing", "orders"),
    ]
