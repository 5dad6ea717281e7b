"""The connectors that are installed, by the names of their classes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from harness.backends.fake.connect.data import TaskError
from harness.backends.fake.connect.debezium.source import MySqlSource
from harness.backends.fake.connect.drivers import Run
from harness.backends.fake.connect.jdbc.sink import JdbcSink
from harness.backends.fake.connect.jdbc.source import JdbcSource
from harness.backends.fake.connect.reading import below
from harness.backends.fake.connect.senders import PlainSender, Sender, TransactionalSender
from harness.backends.fake.connect.sink_run import SinkRun, SinkTask
from harness.backends.fake.connect.source_run import SourceRun, SourceTask
from harness.backends.fake.connect.work import Work
from harness.backends.fake.connect.world import World
from harness.model.value import Settings

Direction: TypeAlias = Literal["source", "sink"]
Begin: TypeAlias = Callable[[Work, World, Settings], Run]
"""Begins a task; the last are the settings of the workers."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of connectors."""

    direction: Direction
    begin: Begin
    tasks: Callable[[Settings], int]


def _source(make: Callable[[Settings, World], SourceTask]) -> Begin:
    def begin(work: Work, world: World, workers: Settings) -> Run:
        own = below(work.settings, "producer.override.")
        sender: Sender
        if is_exactly_once(work.settings, workers):
            name = f"{workers['group.id']}-{work.connector}-{work.number}"
            sender = TransactionalSender(work.kafka, work.connector, name, own)
        else:
            sender = PlainSender(work.kafka, work.connector, own)
        return SourceRun(work, make(work.settings, world), sender)

    return begin


def _sink(make: Callable[[Settings, World], SinkTask]) -> Begin:
    def begin(work: Work, world: World, workers: Settings) -> Run:
        given = {"auto.offset.reset": "earliest", "isolation.level": "read_uncommitted"}
        consumer: Settings = {
            **given,
            "enable.auto.commit": False,
            **below(workers, "consumer."),
        }
        return SinkRun(work, make(work.settings, world), consumer)

    return begin


def is_exactly_once(settings: Settings, workers: Settings) -> bool:
    """Whether a source writes in transactions, which its workers decide.

    Raises:
        TaskError: it has to, and its workers do not support it.
    """
    supported = workers.get("exactly.once.source.support") == "enabled"
    if settings.get("exactly.once.support") == "required" and not supported:
        raise TaskError("This worker does not have exactly-once source support enabled.")
    return supported


def _most(settings: Settings) -> int:
    return int(settings.get("tasks.max", 1))


def _one(_: Settings) -> int:
    """However many are allowed: a log is one, and one task polls all tables."""
    return 1


KINDS: Mapping[str, Kind] = {
    "io.debezium.connector.mysql.MySqlConnector": Kind("source", _source(MySqlSource), _one),
    "io.kafkachaos.jdbc.JdbcSourceConnector": Kind("source", _source(JdbcSource), _one),
    "io.debezium.connector.jdbc.JdbcSinkConnector": Kind("sink", _sink(JdbcSink), _most),
}
