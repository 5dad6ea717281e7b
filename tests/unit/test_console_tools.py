"""Console tools, and members by the consumer protocol: what they are given, and what is refused."""

import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from harness.backends.docker.consoles import ConsoleTools
from harness.backends.fake.stack import FakeStack
from harness.engine import compile as compiling
from harness.history.journal import Journal
from harness.history.load import load
from harness.kit.errors import UsageError
from harness.model.facts import Facts
from harness.model.ports.groups import GroupMember, GroupState
from harness.model.scenario import Floor, Plan, Scenario
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import (
    Consumers,
    LogWorkload,
    Processors,
    Producers,
    Topic,
    Transactions,
)
from harness.reporting.page.arrangement import arrangement
from harness.systems.kafka import wire_consumer_groups
from harness.systems.kafka.wire_reader import Reader
from harness.workloads.console import ConsoleConsumer
from harness.workloads.member import ConsumerWorker
from harness.workloads.workplace import Workplace
from tests.checkers.verdicts import scenario

TOOL = Consumers(name="viewer", topic="orders", mode="console")
SENDER = Producers(name="tool", topic="orders", client="console")
MEMBER = Consumers(name="new", topic="orders", settings={"group.protocol": "consumer"})
KRAFT = Topology(metadata="kraft")


def compile_plan(made: Scenario) -> Plan:
    """The plan of a scenario that could prove something."""
    return compiling.compile_plan(msgspec.structs.replace(made, floor=Floor(acks=1)), 1)


class Recorded:
    """Stands for containers: keeps the commands, and prints what it is told to."""

    def __init__(self, status: int = 0, printed: bytes = b"") -> None:
        self.commands: list[str] = []
        self._answer = (status, printed)

    def exec_in(
        self,
        service: str,
        argv: Sequence[str],
        on_output: Callable[[Literal["stdout", "stderr"], bytes], object],
    ) -> int:
        """Run nothing; its exit status."""
        self.commands.append(f"{service}: {' '.join(argv)}")
        on_output("stdout", self._answer[1])
        return self._answer[0]


def tools(containers: Recorded) -> ConsoleTools:
    return ConsoleTools(containers, ["broker-1"], lambda _: True)


def test_the_tools_are_given_every_setting_of_the_scenario() -> None:
    containers = Recorded(printed=b"Partition:1|Offset:5|key|value\n")
    settings: Settings = {"isolation.level": "read_committed", "fetch.max.bytes": 7}
    (record,) = tools(containers).consume("orders", 3, settings)
    assert (record.partition(), record.offset(), record.value()) == (1, 5, b"value")
    assert "--isolation-level read_committed" in containers.commands[0]
    assert "--consumer-property fetch.max.bytes=7" in containers.commands[0]
    own: Settings = {"acks": "1", "enable.idempotence": False, "compression.type": "lz4"}
    assert tools(containers).produce("orders", [(b"key", b"value")], own) is None
    assert "--producer-property acks=1" in containers.commands[1]
    assert "--producer-property enable.idempotence=false" in containers.commands[1]
    # The tool overrules a property of that name.
    assert "--compression-codec lz4" in containers.commands[1]
    quoted: Settings = {"client.id": "it's; $HOME"}
    tools(containers).produce("orders", [(b"key", b"value")], quoted)
    assert "'client.id=it'\"'\"'s; $HOME'" in containers.commands[2]


def test_a_tool_that_failed_has_read_nothing() -> None:
    printed = b"Partition:0|Offset:0|key|value\n"
    assert list(tools(Recorded(1, printed)).consume("orders", 2, {})) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("transactions", Transactions()),
        ("delete_every", 3),
        ("belief", "enqueue"),
        ("ending", "leave"),
        ("settings", {"transactional.id": "mine"}),
    ],
)
def test_what_the_console_producer_does_not_have_is_refused(field: str, value: object) -> None:
    asked = msgspec.structs.replace(SENDER, **{field: value})
    with pytest.raises(UsageError, match=r"producer 'tool' is a console tool"):
        compile_plan(scenario(producers=asked))
    compile_plan(scenario(producers=SENDER))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", 2),
        ("commit", "application"),
        ("static", True),
        ("late", True),
        ("start", 5),
        ("within_ms", 1000),
        ("settings", {"auto.offset.reset": "latest"}),
        ("settings", {"group.instance.id": "me"}),
    ],
    ids=str,
)
def test_what_the_console_consumer_does_not_have_is_refused(field: str, value: object) -> None:
    asked = msgspec.structs.replace(TOOL, **{field: value})
    with pytest.raises(UsageError, match=r"consumer 'viewer' is a console tool"):
        compile_plan(scenario(consumers=(asked,)))
    compile_plan(scenario(consumers=(TOOL,)))


def by_protocol(topology: Topology, **settings: str | int) -> None:
    own = {name.replace("_", "."): value for name, value in settings.items()}
    member = msgspec.structs.replace(MEMBER, settings={**MEMBER.settings, **own})
    made = msgspec.structs.replace(scenario(consumers=(member,)), topology=topology)
    compile_plan(made)


@pytest.mark.parametrize(
    "topology", [Topology(), Topology(metadata="kraft", kafka_version="3.9.2")], ids=str
)
def test_the_consumer_protocol_takes_brokers_that_have_it(topology: Topology) -> None:
    with pytest.raises(UsageError, match=r"Kafka 4\.0 or later: use topology=Topology\(metadata="):
        by_protocol(topology)


@pytest.mark.parametrize(
    ("setting", "instead"),
    [
        ("session.timeout.ms", "group.consumer.session.timeout.ms in topology.broker_settings"),
        ("heartbeat.interval.ms", "group.consumer.heartbeat.interval.ms in topology"),
        ("partition.assignment.strategy", "group.remote.assignor"),
    ],
)
def test_what_brokers_decide_by_the_consumer_protocol_is_refused(
    setting: str, instead: str
) -> None:
    with pytest.raises(UsageError, match=instead):
        by_protocol(KRAFT, **{setting: 5000})
    by_protocol(KRAFT)
    by_protocol(Topology(metadata="kraft", kafka_version="4.0.0"))


def test_processors_by_the_consumer_protocol_need_the_same() -> None:
    made = scenario()
    workers = Processors(source="orders", sink="orders", consumer=MEMBER.settings)
    workload = LogWorkload(
        topics=made.log_workload.topics,
        producers=made.log_workload.producers,
        processors=(workers,),
    )
    with pytest.raises(UsageError, match=r"processor .processor. has group\.protocol=consumer"):
        compile_plan(msgspec.structs.replace(made, workload=workload))


def compact(text: str) -> bytes:
    return bytes([len(text) + 1]) + text.encode()


def array(*items: bytes) -> bytes:
    return bytes([len(items) + 1]) + b"".join(items)


def assignment(*partitions: int) -> bytes:
    numbers = array(*(struct.pack(">i", each) for each in partitions))
    return array(bytes(16) + compact("orders") + numbers + b"\0") + b"\0"


def described(error: int, state: str = "Reconciling") -> bytes:
    """An answer to ConsumerGroupDescribe about a group of two members."""

    def member(name: str, *partitions: int) -> bytes:
        return b"".join(
            (
                compact(f"id-{name}") + b"\0\0" + struct.pack(">i", 4),
                compact(name) + compact("/127.0.0.1") + array(compact("orders")) + b"\0",
                assignment(*partitions) + assignment(7) + b"\0",
            )
        )

    members = array(member("new-1", 2, 0), member("new-0")) if not error else array()
    group = struct.pack(">h", error) + b"\0" + compact("billing") + compact(state)
    group += struct.pack(">ii", 5, 4) + compact("uniform") + members
    return b"\0" + struct.pack(">i", 0) + array(group + struct.pack(">i", -1) + b"\0") + b"\0"


def test_a_group_by_the_consumer_protocol_is_read_from_its_coordinators_answer() -> None:
    assert wire_consumer_groups.parsed(3, Reader(described(0))) == GroupState(
        state="completing_rebalancing",
        coordinator=3,
        strategy="uniform",
        members=(
            GroupMember(client="new-0", member="id-new-0"),
            GroupMember(client="new-1", member="id-new-1", logs=(("orders", 0), ("orders", 2))),
        ),
    )
    settled = wire_consumer_groups.parsed(3, Reader(described(0, "Stable")))
    assert settled is not None
    assert settled.state == "stable"
    assert wire_consumer_groups.parsed(3, Reader(described(16))) is None


def test_a_group_is_asked_for_by_its_name() -> None:
    asked = wire_consumer_groups.request_of("billing")
    assert (asked.api, asked.version, asked.body) == (69, 0, b"\0\x02\x08billing\0\0")
    assert wire_consumer_groups.request_of("x" * 200).body[2:4] == b"\xc9\x01"


@pytest.mark.parametrize(("protocol", "told"), [("classic", 1), ("consumer", 0)])
def test_only_a_classic_member_is_told_the_generation_of_what_it_is_assigned(
    protocol: str, told: int, tmp_path: Path
) -> None:
    stack = FakeStack(Topology(), seed=1)
    stack.kafka.create_topic(Topic(name="orders"))
    journal = Journal(tmp_path, origin_ns=0)
    journal.topic("orders", 1)
    workplace = Workplace(stack.kafka, journal, stack.clock)
    spec = Consumers(name="billing", topic="orders", settings={"group.protocol": protocol})
    worker = ConsumerWorker(spec, 0, "orders", 1, workplace, group="billing")
    worker.step()
    worker.close()
    journal.close()
    history = load(tmp_path)
    assert len(history.assignments) == 2  # it is given the log, and gives it back
    assert len(history.generations) == told


def test_a_console_consumer_has_come_to_the_end_when_its_tool_says_so(tmp_path: Path) -> None:
    stack = FakeStack(Topology(), seed=1)
    stack.kafka.create_topic(Topic(name="orders", partitions=3))
    journal = Journal(tmp_path, origin_ns=0)
    journal.topic("orders", 3)
    workplace = Workplace(stack.kafka, journal, stack.clock)
    viewer = ConsoleConsumer(TOOL, "orders", workplace, consoles=stack.consoles)
    viewer.sends_ended()
    viewer.step()
    assert viewer.halted == set()
    producer = stack.kafka.producer({})
    producer.produce("orders", b"%016x" % 1, b"%08x" % 1, 0)
    producer.flush(5)
    viewer.step()
    assert viewer.halted == {0, 1, 2}
    journal.close()


def test_the_page_shows_the_settings_of_every_service_and_who_is_a_tool() -> None:
    topology = Topology(
        registry=True,
        zookeeper_settings={"tickTime": 4000},
        registry_settings={"apicurio.kafkasql.topic.retention.ms": 1000},
    )
    made = scenario(producers=SENDER, consumers=(TOOL,))
    plan = compile_plan(msgspec.structs.replace(made, topology=topology))
    page = str(arrangement(plan, Facts()))
    for shown in ("tickTime=4000", "retention.ms=1000", "console-producer", "console-consumer"):
        assert shown in page
