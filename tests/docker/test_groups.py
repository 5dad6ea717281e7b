"""What we say of consumer groups and do to them, Kafka's own tool says and does as well."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import TopicPartition

from harness.backends.docker.stack import DockerStack
from harness.engine.commands import groups
from harness.engine.commands.group_reset import moves, place_of
from harness.kit.clock import utc_ms
from harness.kit.errors import HarnessError
from harness.kit.waits import NotYet, wait_until
from harness.model.ports.clients import Consumer
from harness.model.ports.groups import LogPlace
from harness.model.workload import Topic
from harness.systems.kafka.offsets_log import OFFSETS_TOPIC, Entry, partition_of, record_of
from tests.docker.conftest import Tool
from tests.unit.command import harness

pytestmark = [pytest.mark.docker, pytest.mark.slow]

PARTITIONS, RECORDS, DONE = 3, 10, (4, 7)
BEGAN_MS = utc_ms() // 1000 * 1000 - 3_600_000
"""An hour ago: records that are too old are removed at once."""
TOOL = "kafka-consumer-groups.sh"


@pytest.fixture
def orders(stack: DockerStack, request: pytest.FixtureRequest) -> Iterator[str]:
    """A topic with a record a second in each partition; the group's name is the same."""
    name = re.sub(r"\W", "-", request.node.name)
    stack.kafka.create_topic(Topic(name=name, partitions=PARTITIONS))
    producer: Any = stack.kafka.producer({"acks": "all"})
    for number in range(RECORDS):
        for partition in range(PARTITIONS):
            time_ms = BEGAN_MS + number * 1000
            producer.produce(name, b"%d" % number, partition=partition, timestamp=time_ms)
    assert producer.flush(10) == 0
    yield name
    stack.kafka.delete_topic(name)


def joined(stack: DockerStack, orders: str) -> list[Consumer]:
    """Two members that share the topic and have committed in all logs but the last."""
    held: dict[int, set[int]] = {0: set(), 1: set()}
    members = [
        stack.kafka.consumer(
            {"group.id": orders, "client.id": f"member-{each}", "enable.auto.commit": False}
        )
        for each in held
    ]

    def given(number: int, partitions: Sequence[TopicPartition]) -> None:
        held[number] = {each.partition for each in partitions}

    for number, each in enumerate(members):
        each.subscribe(
            [orders],
            on_assign=lambda _client, partitions, n=number: given(n, partitions),
            on_revoke=lambda _client, _partitions, n=number: given(n, []),
        )

    def shared() -> NotYet | bool:
        for member in members:
            member.consume(1, 0.1)
        return sorted(map(len, held.values())) == [1, 2] or NotYet(f"they hold {held}")

    wait_until("both members to have a share", shared, limit_s=60)
    for partition, offset in enumerate(DONE):
        owner = next(number for number, mine in held.items() if partition in mine)
        place = TopicPartition(orders, partition, offset)
        members[owner].commit(offsets=[place], asynchronous=False)
    return members


def rows(printed: str, group: str) -> list[dict[str, str]]:
    """What the tool prints of a group as a table, by its columns; it prints other lines as well."""
    lines = [line.replace("COORDINATOR (ID)", "COORDINATOR") for line in printed.splitlines()]
    names = next(line for line in lines if line.startswith("GROUP ")).split()
    cells = [re.sub(r"\s+(?=\(\d+\))", "", line).split() for line in lines]
    return [dict(zip(names, row, strict=False)) for row in cells if row[:1] == [group]]


def number(cell: str) -> int | None:
    return None if cell == "-" else int(cell)


def assert_same_lag(stack: DockerStack, group: str, tool: Tool) -> None:
    told = rows(tool(TOOL, "--describe", "--group", group), group)
    theirs = {
        (row["TOPIC"], int(row["PARTITION"])): tuple(
            number(row[name]) for name in ("CURRENT-OFFSET", "LOG-END-OFFSET", "LAG")
        )
        for row in told
    }
    ours = groups.lag(stack.kafka, group)
    assert {each.log: (each.committed, each.end, each.behind) for each in ours} == theirs
    assert all(each.agrees for each in ours)
    assert all(each.written == each.committed for each in ours)


def planned(stack: DockerStack, group: str, *words: str) -> dict[LogPlace, int]:
    place = place_of(words, BEGAN_MS + RECORDS * 1000)
    return {move.log: move.to for move in moves(stack.kafka, group, place, [group])}


def their_plan(group: str, tool: Tool, *words: str) -> dict[LogPlace, int]:
    """Some versions of the tool print the whole table of a plan on one line."""
    printed = tool(TOOL, "--reset-offsets", "--group", group, "--topic", group, *words)
    found = re.findall(rf"{group}\s+{group}\s+(\d+)\s+(\d+)", printed)
    return {(group, int(partition)): int(offset) for partition, offset in found}


def their_members(group: str, tool: Tool) -> set[str]:
    """Each member with its share, as we describe it; 3.9 leaves out the topic of a share."""
    printed = tool(TOOL, "--describe", "--group", group, "--members", "--verbose")
    member = rf"{group}\s+(\S+)\s+\S+\s+(\S+)\s+\d+\s+(?:{group})?\(([\d,]+)\)"
    found = re.findall(member, printed)
    assert found, printed
    return {
        f"  {client} ({name}): " + ", ".join(f"{group}-{each}" for each in share.split(","))
        for name, client, share in found
    }


def test_we_and_the_tool_see_the_same_group(stack: DockerStack, orders: str, tool: Tool) -> None:
    members = joined(stack, orders)
    (listed,) = rows(tool(TOOL, "--list", "--state"), orders)
    assert listed["STATE"].lower() == "stable"
    assert f"{orders}: stable" in groups.listing(stack.kafka)

    (state,) = rows(tool(TOOL, "--describe", "--group", orders, "--state"), orders)
    theirs = their_members(orders, tool)
    lines = list(groups.description(stack.kafka, orders))
    generation = re.search(r"generation (\d+)", lines[0])
    assert generation is not None, lines
    assert int(generation[1]) >= 1
    assert lines[0] == f"{orders}: stable, {generation[0]}, {len(theirs)} members"
    coordinator = re.search(r"\((\d+)\)", state["COORDINATOR"])
    assert coordinator is not None, state
    assert lines[1] == f"  coordinator {coordinator[1]}, strategy {state['ASSIGNMENT-STRATEGY']}"
    assert set(lines[2:]) == theirs
    assert_same_lag(stack, orders, tool)
    with pytest.raises(HarnessError, match=r"2 members \(member-0, member-1\).*end them"):
        list(groups.reset(stack.kafka, orders, "earliest", (), really=True))
    for member in members:
        member.close()
    assert f"{orders}: empty" in groups.listing(stack.kafka)
    assert_same_lag(stack, orders, tool)


def date(after_ms: int) -> str:
    """So many milliseconds after the first record, as the tool wants it."""
    time = datetime.fromtimestamp((BEGAN_MS + after_ms) / 1000, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("words", "options"),
    [
        pytest.param(("earliest",), ("--to-earliest",), id="earliest"),
        pytest.param(("latest",), ("--to-latest",), id="latest"),
        pytest.param(("offset", "5"), ("--to-offset", "5"), id="offset"),
        pytest.param(("offset", "999"), ("--to-offset", "999"), id="beyond-the-end"),
        pytest.param(("time", date(3500)), ("--to-datetime", date(3500)), id="date"),
        pytest.param(("time", "3"), ("--to-datetime", date(7000)), id="seconds-ago"),
        pytest.param(("time", date(60_000)), ("--to-datetime", date(60_000)), id="after-all"),
    ],
)
def test_a_reset_comes_to_where_the_tool_would_go(
    stack: DockerStack, orders: str, tool: Tool, words: tuple[str, ...], options: tuple[str, ...]
) -> None:
    for member in joined(stack, orders):
        member.close()
    plan = planned(stack, orders, *words)
    assert plan == their_plan(orders, tool, *options, "--dry-run")
    stood = {(orders, partition): offset for partition, offset in enumerate(DONE)}
    assert stack.kafka.groups.committed(orders) == stood, "a plan changed something"
    place = place_of(words, BEGAN_MS + RECORDS * 1000)
    said = list(groups.reset(stack.kafka, orders, place, [orders], really=True))
    assert said[0] == f"{orders}: done"
    assert stack.kafka.groups.committed(orders) == plan
    assert_same_lag(stack, orders, tool)


def test_what_the_tool_resets_we_see(stack: DockerStack, orders: str, tool: Tool) -> None:
    for member in joined(stack, orders):
        member.close()
    their_plan(orders, tool, "--to-offset", "2", "--execute")
    assert {each.committed for each in groups.lag(stack.kafka, orders)} == {2}
    assert_same_lag(stack, orders, tool)


def test_the_command_resets_only_when_told_to(stack: DockerStack, orders: str) -> None:
    for member in joined(stack, orders):
        member.close()
    here = ("--stack", stack.identity.stack)
    dry = harness("groups", "reset", orders, "--to", "offset", "1", *here)
    assert (dry.status, dry.out.splitlines()[0]) == (
        0,
        f"{orders}: plan only; --execute carries it out",
    )
    lag = harness("groups", "lag", orders, *here)
    assert (lag.status, f"  {orders}-0: at 4 of 10, 6 behind" in lag.out.splitlines()) == (0, True)
    done = harness("groups", "reset", orders, "--to", "offset", "1", "--execute", *here)
    assert done.out.splitlines()[1:] == [
        f"  {orders}-0: from 4 to 1, 3 offsets again",
        f"  {orders}-1: from 7 to 1, 6 offsets again",
    ]
    assert f"{orders}: empty" in harness("groups", "list", *here).out.splitlines()
    described = harness("groups", "describe", orders, *here).out
    assert re.match(rf"{orders}: empty, generation \d+, 0 members\n", described)


def test_a_log_that_says_otherwise_is_shown(stack: DockerStack, orders: str) -> None:
    """Brokers let the client of that name write what they themselves have no part in."""
    for member in joined(stack, orders):
        member.close()
    partition = partition_of(orders, len(stack.kafka.describe([OFFSETS_TOPIC])[OFFSETS_TOPIC]))
    intruder = stack.kafka.producer({"client.id": "__admin_client", "acks": "all"})
    key, value = record_of(Entry(orders, orders, 0, 9))
    intruder.produce(OFFSETS_TOPIC, value, key, partition)
    assert intruder.flush(10) == 0
    done = harness("groups", "lag", orders, "--stack", stack.identity.stack)
    assert done.status == 1
    said = f"  {orders}-0: at 4 of 10, 6 behind; yet __consumer_offsets says 9"
    assert said in done.out.splitlines()
    assert any(
        line.startswith(f"  {orders}-1: at 7 of 10, 3 behind") for line in done.out.splitlines()
    )
