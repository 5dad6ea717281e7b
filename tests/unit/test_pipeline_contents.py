"""What the final read takes down of columns: which ones, from tables, from topics, on disk."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path as File
from types import SimpleNamespace
from typing import Any, cast

import fastavro
import msgspec
import pytest

from harness.history.history import History
from harness.history.journal import Journal
from harness.history.load import load
from harness.kit.clock import REAL
from harness.kit.errors import UsageError
from harness.model.pipeline.paths import Copy, Feed, Path
from harness.model.pipeline.traffic import SourceTable
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.clients import Message
from harness.model.ports.stack import Stack
from harness.model.rows import Cell, Contents
from harness.systems.mysql.tables import MySqlTables
from harness.workloads.pipeline.copies import contents
from harness.workloads.pipeline.final import FinalReads
from tests.unit.change_records import columns, decoder, message
from tests.unit.registry_server import RegistryServer, registry_server

COLUMNS = columns(amount="decimal(12,4)", placed="datetime(6)", note="json")
DEBEZIUM, SINK = Feed(kind="debezium"), Copy(kind="jdbc", name="sink")
KEY = {"type": "record", "name": "Key", "fields": [{"name": "id", "type": "long"}]}
ROW = {
    "type": "record",
    "name": "Row",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "version", "type": "long"},
        {"name": "amount", "type": ["null", "string"]},
        {
            "name": "placed",
            "type": [{"type": "long", "connect.name": "io.debezium.time.Timestamp"}, "null"],
        },
        {"name": "note", "type": {"type": "string", "connect.name": "my.Note"}},
        {"name": "more", "type": "int"},
    ],
}


def owed(copy: Copy = SINK, feed: Feed = DEBEZIUM, **there: str) -> set[str]:
    path = Path(name="main", feed=feed, copies=(copy,))
    return set(contents.owed(path, copy, COLUMNS, columns(**there) or COLUMNS))


def test_a_connector_owes_what_both_tables_have() -> None:
    assert owed() == set(COLUMNS)
    assert owed(feed=Feed(kind="jdbc")) == set(COLUMNS)
    assert owed(amount="decimal(10,2)", placed="varchar(40)", other="int") == {"amount"}


@pytest.mark.parametrize("feed", ["binlog", "polling", "program"])
def test_a_sink_owes_no_column_that_its_feed_need_not_carry(feed: str) -> None:
    assert owed(feed=Feed(kind=feed)) == set()  # type: ignore[arg-type]  # from a table


@pytest.mark.parametrize("kind", ["table", "redis", "program"])
def test_whoever_keeps_what_he_likes_owes_nothing(kind: str) -> None:
    assert owed(Copy(kind=kind, name="own")) == set()  # type: ignore[arg-type]  # from a table


def test_a_program_owes_the_columns_that_it_names() -> None:
    own = Copy(kind="program", name="own", columns=("amount",))
    assert owed(own, Feed(kind="program"), other="int") == {"amount"}
    assert owed(msgspec.structs.replace(SINK, columns=())) == set()


@pytest.mark.parametrize(
    ("copy", "word"),
    [
        (Copy(kind="program", name="own", columns=("amuont",)), "amuont"),
        (Copy(kind="redis", name="own", columns=("amount",)), "Redis"),
    ],
)
def test_columns_that_nobody_can_compare_are_refused(copy: Copy, word: str) -> None:
    path = Path(name="main", feed=DEBEZIUM, copies=(copy,))
    workload = PipelineWorkload(tables=(SourceTable(name="orders"),), writers=(), paths=(path,))
    with pytest.raises(UsageError, match=word):
        contents.check(workload, {"orders": COLUMNS})


def test_a_column_that_was_altered_on_the_way_is_left_out() -> None:
    now = {**COLUMNS, **columns(amount="decimal(14,6)", new="int")}
    del now["note"]
    assert set(contents.unaltered(COLUMNS, now)) == {"placed"}


class Server:
    """A MySQL server that knows one answer, and remembers what it was asked."""

    def __init__(self, answer: Sequence[tuple[Any, ...]]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def connection(self, **_: object) -> "Server":
        return self

    def cursor(self) -> "Server":
        return self

    def execute(self, sql: str, _: object = None) -> None:
        self.asked.append(sql)

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        return self.answer

    def close(self) -> None:
        pass


def tables(server: Server) -> MySqlTables:
    return MySqlTables(cast("Stack", SimpleNamespace(mysql=server)), "src")


def test_a_table_is_read_with_its_columns_in_one_answer_in_utc() -> None:
    server = Server([(1, 10, "12.5000", None), (2, 20, "0.0000", "2020-01-01 12:00:00.120000")])
    wanted = {name: COLUMNS[name] for name in ("amount", "placed")}
    found = tables(server).contents("orders", wanted)
    assert found.rows == [(1, 10), (2, 20)]
    assert found.cells == [
        Cell(1, 10, "amount", "12.5"),
        Cell(1, 10, "placed", None),
        Cell(2, 20, "amount", "0"),
        Cell(2, 20, "placed", "2020-01-01 12:00:00.12"),
    ]
    zone, select = server.asked
    assert zone == "SET time_zone = '+00:00'"
    assert select.startswith("SELECT id, version, CAST(`amount` AS CHAR), CAST(`placed` AS CHAR)")


def test_columns_that_cannot_be_compared_are_not_asked_for() -> None:
    server = Server([("id", "bigint"), ("version", "bigint"), ("at", "point"), ("a", "int")])
    assert tables(server).columns("orders") == columns(a="int")


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with registry_server() as server:
        yield server


class Topic:
    """Records of flat rows as a connector writes them."""

    def __init__(self, registry: RegistryServer) -> None:
        stack = SimpleNamespace(registry=registry.client)
        self._ids = [
            registry.client.register("orders-value", json.dumps(each)) for each in (KEY, ROW)
        ]
        wanted = {**COLUMNS, **columns(left_out="int")}
        polled = Feed(kind="jdbc")
        self.decoder = decoder(stack, {"topic": "orders"}, {"orders": wanted}, feed=polled)

    def record(self, key: int, **columns: object) -> Message:
        return message(
            self._written(0, KEY, {"id": key}), self._written(1, ROW, {"id": key, **columns})
        )

    def _written(self, number: int, schema: Mapping[str, Any], value: object) -> bytes:
        buffer = io.BytesIO(b"\0" + self._ids[number].to_bytes(4, "big"))
        buffer.seek(0, io.SEEK_END)
        fastavro.schemaless_writer(buffer, fastavro.parse_schema(dict(schema)), value)
        return buffer.getvalue()


def cells(history: History) -> set[tuple[object, ...]]:
    flow = history.flow
    places = dict(flow.places.select("place", "name").iter_rows())
    return {
        (places[place], *rest)
        for place, *rest in flow.cells.select("place", "key", "version", "column", "text").rows()
    }


def test_the_last_event_of_each_row_tells_as_far_as_types_are_known(
    registry: RegistryServer, tmp_path: File
) -> None:
    topic = Topic(registry)
    journal = Journal(tmp_path, origin_ns=0)
    journal.topic("main/orders", 1)
    reads = FinalReads(journal, REAL)
    with closing(topic.decoder) as decoder:
        told = {"amount": "12.50", "placed": 1_577_880_000_123, "note": "?", "more": 1}
        messages = [
            topic.record(1, version=10, **told),
            topic.record(1, version=11, **{**told, "amount": None}),
            topic.record(2, version=20, **told),
        ]
        reads.events("main/topics", "main/orders", messages, decoder, 0)
        reads.cells("main/topics", decoder)
    journal.close()
    assert cells(load(tmp_path)) == {
        ("main/topics", 1, 11, "amount", None),
        ("main/topics", 1, 11, "placed", "2020-01-01 12:00:00.123"),
        ("main/topics", 1, 11, "left_out", None),
        ("main/topics", 2, 20, "amount", "12.5"),
        ("main/topics", 2, 20, "placed", "2020-01-01 12:00:00.123"),
        ("main/topics", 2, 20, "left_out", None),
    }


def test_what_was_read_of_topics_that_broke_off_is_not_told_of_others(
    registry: RegistryServer, tmp_path: File
) -> None:
    topic = Topic(registry)
    journal = Journal(tmp_path, origin_ns=0)
    journal.topic("main/orders", 1)
    reads = FinalReads(journal, REAL)
    with closing(topic.decoder) as decoder:
        record = topic.record(1, version=10, amount="12.50", placed=None, note="?", more=1)
        reads.events("main/topics", "main/orders", [record], decoder, 0)
        reads.cells("other/topics", decoder)
    journal.close()
    assert cells(load(tmp_path)) == set()


def test_what_tables_hold_is_on_disk(tmp_path: File) -> None:
    journal = Journal(tmp_path, origin_ns=0)
    reads = FinalReads(journal, REAL)
    reads.rows("mysql", "orders", Contents([(1, 10)], [Cell(1, 10, "note", None)]), 0)
    journal.close()
    assert cells(load(tmp_path)) == {("mysql", 1, 10, "note", None)}
