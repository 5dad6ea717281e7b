"""What is found where topics are cleaned up or get more partitions: by hand, with a near miss."""

from collections.abc import Sequence
from typing import Literal

import pytest

from harness.api import after
from harness.checkers.topics.retention import BATCH_AND_RECORD_BYTES
from harness.checkers.verdict.judge import judge
from harness.history.build import TICK_NS, HistoryBuilder
from harness.model.facts import Facts, FaultEvent, StartEvent
from harness.model.fault import Step
from harness.model.scenario import Floor, Scenario
from harness.model.value import Settings
from harness.model.workload import LogWorkload, Producers, Topic
from tests.checkers.verdicts import SAFE, counts, drained

SECOND_NS = 1_000_000_000


def over(settings: Settings, *steps: Step, partitions: int = 1) -> Scenario:
    """A scenario over the topic `orders` with those settings and steps."""
    topic = Topic(name="orders", settings=settings, partitions=partitions)
    producers = (SAFE, Producers(name="other", topic="orders", settings=SAFE.settings))
    return Scenario(
        name="test",
        about="a test",
        workload=LogWorkload(topics=(topic,), producers=producers),
        steps=steps,
        floor=Floor(acks=0),
    )


def starts(*sights: tuple[float, int]) -> tuple[StartEvent, ...]:
    """Sights of where `orders-0` starts: seconds and offset."""
    return tuple(
        StartEvent(time_ns=int(time_s * SECOND_NS), log="orders-0", start=start)
        for time_s, start in sights
    )


def configured(event: Literal["asked", "witnessed"], time_s: int) -> FaultEvent:
    """An event of the step that changes a setting."""
    time_ns = time_s * SECOND_NS
    kind = "topic.configure"
    return FaultEvent(step="configure", kind=kind, targets=(), event=event, time_ns=time_ns)


def sent_each_second(build: HistoryBuilder, count: int) -> None:
    """Records at offsets 0, 1 ..., one a second, each of them read at once."""
    for second in range(count):
        now_ns = second * SECOND_NS
        build.send("p", second, log="orders-0", offset=second, invoke_ns=now_ns, complete_ns=now_ns)
        build.poll("c", [("orders-0", second, second)], invoke_ns=now_ns, complete_ns=now_ns)


@pytest.mark.parametrize(("removed_s", "found"), [(2.9, {"early-removal": 1}), (3.0, {})])
def test_a_record_is_removed_before_it_is_old_enough(removed_s: float, found: object) -> None:
    build = HistoryBuilder()
    sent_each_second(build, 3)
    facts = Facts(starts=starts((0, 0), (removed_s, 2)))
    assert counts(build, facts, over({"retention.ms": 2000})) == found


@pytest.mark.parametrize("policy", ["compact", "delete"])
def test_what_is_only_compacted_keeps_its_start(policy: str) -> None:
    build = HistoryBuilder()
    sent_each_second(build, 2)
    settings: Settings = {"retention.ms": 1000, "cleanup.policy": policy}
    found = counts(build, Facts(starts=starts((9, 1))), over(settings))
    assert found == ({"early-removal": 1} if policy == "compact" else {})


@pytest.mark.parametrize(("limit", "found"), [(300, {}), (10_000, {"early-removal": 2})])
def test_a_record_is_removed_though_little_stands_behind_it(limit: int, found: object) -> None:
    build = HistoryBuilder()
    sent_each_second(build, 5)
    facts = Facts(starts=starts((5, 2)))
    assert counts(build, facts, over({"retention.bytes": limit})) == found


@pytest.mark.parametrize(("asked_s", "found"), [(8, {}), (20, {"early-removal": 1})])
def test_a_limit_counts_from_when_it_is_asked_for(asked_s: int, found: object) -> None:
    build = HistoryBuilder()
    sent_each_second(build, 2)
    asked = configured("asked", asked_s)
    shorter = after().configure("orders", "retention.ms", 1000)
    facts = Facts(starts=starts((9, 1)), faults=(asked,))
    assert counts(build, facts, over({}, shorter)) == found


@pytest.mark.parametrize(("seen_s", "found"), [(4.9, {}), (9, {"early-removal": 1})])
def test_a_limit_counts_until_another_is_in_force(seen_s: float, found: object) -> None:
    """What was too young when retention was lengthened stays."""
    build = HistoryBuilder()
    sent_each_second(build, 5)
    events = (configured("asked", 4), configured("witnessed", 5))
    longer = after().configure("orders", "retention.ms", 60_000)
    facts = Facts(starts=starts((seen_s, 5 if seen_s > 5 else 3)), faults=events)
    assert counts(build, facts, over({"retention.ms": 2000}, longer)) == found


@pytest.mark.parametrize(("last", "found"), [(4, {"start-moved-back": 1}), (5, {})])
def test_a_start_moves_back(last: int, found: object) -> None:
    facts = Facts(starts=starts((1, 0), (2, 5), (3, last)))
    assert counts(HistoryBuilder(), facts, over({"retention.ms": 0})) == found


@pytest.mark.parametrize("key", [7, 8])
def test_a_key_in_two_partitions(key: int) -> None:
    build = HistoryBuilder()
    build.send("p", 1, key=7, log="orders-0", offset=0)
    build.send("q", 2, key=key, log="orders-1", offset=0)
    build.send("q", 3, key=key, topic="orders", outcome="info")
    build.poll("c", [("orders-0", 0, 1), ("orders-1", 0, 2)])
    assert counts(build, of=over({}, partitions=2)) == ({"split-key": 1} if key == 7 else {})


def test_a_key_in_two_topics_is_two_keys() -> None:
    build = HistoryBuilder()
    build.send("p", 1, key=7, log="orders-0", offset=0)
    build.send("p", 2, key=7, log="audit-0", offset=0)
    build.poll("c", [("orders-0", 0, 1), ("audit-0", 0, 2)])
    assert counts(build) == {}


@pytest.mark.parametrize("earlier_first", [True, False])
def test_a_later_record_of_a_key_overtakes(*, earlier_first: bool) -> None:
    build = HistoryBuilder()
    build.send("p", 1, key=7, log="orders-0", offset=0)
    build.send("p", 2, key=7, log="orders-1", offset=0)
    records = [("orders-0", 0, 1), ("orders-1", 0, 2)]
    for record in records if earlier_first else records[::-1]:
        build.poll("c", [record])
    found = counts(build, of=over({}, partitions=2))
    assert found == {"split-key": 1} | ({} if earlier_first else {"reordered-key": 1})


@pytest.mark.parametrize("apart", [True, False])
def test_polls_at_one_time_have_no_order(*, apart: bool) -> None:
    build = HistoryBuilder()
    build.process("c", kind="shop")
    build.process("d", kind="shop")
    build.send("p", 1, key=7, log="orders-0", offset=0)
    build.send("p", 2, key=7, log="orders-1", offset=0)
    now_ns = build.now_ns
    end_ns = now_ns + (1 if apart else 3) * TICK_NS
    build.poll("c", [("orders-1", 0, 2)], invoke_ns=now_ns, complete_ns=end_ns)
    later_ns = now_ns + 2 * TICK_NS
    build.poll("d", [("orders-0", 0, 1)], invoke_ns=later_ns, complete_ns=later_ns)
    found = counts(build, of=over({}, partitions=2))
    assert found == {"split-key": 1} | ({"reordered-key": 1} if apart else {})


COMPACT: Settings = {"cleanup.policy": "compact", "delete.retention.ms": 60_000}


def compacted(build: HistoryBuilder, left: Sequence[int], end: int) -> dict[str, int]:
    """What is found when the final read of `orders-0` holds only the values in `left`.

    Every value stands at its own offset, and was read by an auditor of another topic's kind before.
    """
    build.drain("d", [("orders-0", value, value) for value in left])
    found = counts(build, drained(end), over(COMPACT))
    # What compaction removes is lost to whoever wants every record, which nobody does here.
    return {kind: count for kind, count in found.items() if kind != "lost-write"}


@pytest.mark.parametrize(("left", "found"), [([1], {"lost-latest": 1}), ([1, 2], {}), ([2, 3], {})])
def test_compaction_keeps_the_last_record_of_a_key(left: list[int], found: object) -> None:
    build = HistoryBuilder()
    for value, key in ((0, 7), (1, 8), (2, 7)):
        build.send("p", value, key=key, log="orders-0", offset=value)
    if 3 in left:
        build.send("p", 3, key=8, log="orders-0", offset=3)
    assert compacted(build, left, 4) == found


def test_a_key_whose_last_record_may_not_have_been_written_is_left_out() -> None:
    build = HistoryBuilder()
    build.send("p", 0, key=7, log="orders-0", offset=0)
    build.send("p", 1, key=7, topic="orders", outcome="info")
    assert compacted(build, [], 2) == {}


@pytest.mark.parametrize(("read_s", "found"), [(59, {"early-burial": 1}), (61, {})])
def test_a_tombstone_is_kept_for_a_while(read_s: int, found: object) -> None:
    build = HistoryBuilder()
    build.send("p", 0, key=7, log="orders-0", offset=0)
    build.send("p", 1, key=7, log="orders-0", offset=1, deletes=True)
    build.send("p", 2, key=8, log="orders-0", offset=2, invoke_ns=(read_s - 1) * SECOND_NS)
    build.drain("d", [("orders-0", 2, 2)], invoke_ns=read_s * SECOND_NS)
    known = counts(build, drained(3), over(COMPACT))
    assert known == {"lost-write": 2} | dict(found)  # type: ignore[call-overload]


@pytest.mark.parametrize("sees", ["the tombstone", "a later value", "neither", "nothing later"])
def test_a_key_is_alive_for_who_missed_its_tombstone(sees: str) -> None:
    build = HistoryBuilder()
    build.send("p", 0, key=7, log="orders-0", offset=0)
    build.send("p", 1, key=7, log="orders-0", offset=1, deletes=True)
    if sees == "a later value":
        build.send("p", 2, key=7, log="orders-0", offset=2)
    build.send("p", 3, key=8, log="orders-0", offset=3)
    build.poll("c", [("orders-0", 0, 0)])
    given = {"the tombstone": [1, 3], "a later value": [2, 3], "neither": [3], "nothing later": []}
    build.poll("c", [("orders-0", value, value) for value in given[sees]])
    found = counts(build, of=over(COMPACT))
    assert found.get("resurrected-key", 0) == (sees == "neither")


def early(build: HistoryBuilder, settings: Settings, *sights: tuple[float, int]) -> list[str]:
    """What is told of records that were removed too early."""
    verdict = judge(build.history(), Facts(starts=starts(*sights)), over(settings))
    found = [each for each in verdict.findings if each.kind == "early-removal"]
    return ["; ".join(example.because) for each in found for example in each.examples]


RECORD_BYTES = BATCH_AND_RECORD_BYTES + max(SAFE.value_bytes, Producers(topic="x").value_bytes)


@pytest.mark.parametrize(
    ("more", "removed"),
    [
        ({}, 3),
        ({"topic": "orders", "outcome": "info"}, 4),  # It may stand behind.
        ({"topic": "orders", "outcome": "fail"}, 3),
        ({"log": "orders-1", "offset": 4}, 3),
        ({"log": "audit-0", "offset": 4}, 3),
        ({"log": "orders-0", "offset": 6}, 4),
        ({"log": "orders-0", "offset": 6, "invoke_ns": 5 * SECOND_NS + 1}, 3),
        ({"log": "orders-0", "offset": 6, "invoke_ns": 5 * SECOND_NS}, 4),
    ],
)
def test_what_stands_behind_a_start_is_all_that_may_be_there(
    more: dict[str, object], removed: int
) -> None:
    for over_by, count in ((0, 0), (1, 2)):
        build = HistoryBuilder()
        build.send("a", 98, log="noise-0", offset=9, invoke_ns=0, complete_ns=0)
        sent_each_second(build, 5)
        if more:
            build.send("p", 99, **{"invoke_ns": 4 * SECOND_NS, **more})  # type: ignore[arg-type]
        limit = removed * RECORD_BYTES + over_by
        assert len(early(build, {"retention.bytes": limit}, (5, 2))) == count


def test_of_several_sights_the_first_behind_a_record_tells_its_age() -> None:
    build = HistoryBuilder()
    build.log("noise-0")
    sent_each_second(build, 6)
    settings: Settings = {"retention.ms": 3000}
    # Offset 0 went by 1.5 s, offsets 1 and 2 by 6 s; a start that moved back hides nothing.
    (told,) = early(build, settings, (0.5, 0), (1.5, 1), (5, 0), (6, 3))
    assert told.startswith("operation 0 (p) sent value 0 to orders-0 and was told offset 0; and ")
    assert "and 1,500 ms after that the log started at 1, which neither its age nor" in told


def test_sights_of_another_partition_tell_nothing_of_this_one() -> None:
    build = HistoryBuilder()
    sent_each_second(build, 3)
    build.send("p", 9, log="orders-1", offset=0)
    other = StartEvent(time_ns=2 * SECOND_NS, log="orders-1", start=1)
    unknown = StartEvent(time_ns=2 * SECOND_NS, log="orders-2", start=7)
    facts = Facts(starts=(*starts((2, 0)), other, unknown, *starts((3, 0))))
    found = counts(build, facts, over({"retention.ms": 60_000}, partitions=3))
    assert {kind: count for kind, count in found.items() if kind != "unseen"} == {
        "early-removal": 1
    }


def test_a_start_is_behind_the_furthest_that_was_ever_seen() -> None:
    sights = starts((1, 0), (2, 5), (3, 4), (4, 4), (5, 6))
    verdict = judge(
        HistoryBuilder().history(), Facts(starts=sights[::-1]), over({"retention.ms": 0})
    )
    (finding,) = verdict.findings
    assert [example.because[0] for example in finding.examples] == [
        f"orders-0 started at 5, and at {second},000 ms it was seen to start at 4"
        for second in (3, 4)
    ]


def test_two_records_of_one_key_count_by_the_later_offset() -> None:
    build = HistoryBuilder()
    build.log("noise-0")
    build.send("p", 2, key=7, log="orders-0", offset=2)
    build.send("p", 0, key=7, log="orders-0", offset=0)
    build.send("p", 1, key=7, log="orders-0", offset=1, outcome="fail")
    build.send("p", 4, key=9, log="audit-0", offset=0)
    build.poll("c", [("audit-0", 0, 4)])
    assert compacted(build, [0], 3)["lost-latest"] == 1


def test_a_later_record_of_the_key_is_as_good() -> None:
    build = HistoryBuilder()
    build.send("p", 0, key=7, log="orders-0", offset=0)
    build.send("p", 1, key=8, topic="orders", outcome="info")
    build.drain("d", [("orders-0", 1, 1)])
    # Of key 8 nobody was told; of key 7 the last one is gone.
    found = counts(build, drained(2), over(COMPACT))
    assert found["lost-latest"] == 1


def test_records_below_the_start_and_records_without_a_key_are_left_out() -> None:
    build = HistoryBuilder()
    build.send("p", 0, key=7, log="orders-0", offset=0)
    build.send("p", 1, log="orders-0", offset=1)
    build.send("p", 2, key=8, log="orders-0", offset=2)
    build.drain("d", [])
    for start, lost in ((0, 2), (1, 1), (2, 1), (3, 0)):
        found = counts(build, drained(3, start=start), over(COMPACT))
        assert found.get("lost-latest", 0) == lost


def test_what_was_lost_to_compaction_is_told_with_its_key() -> None:
    build = HistoryBuilder()
    build.send("p", 0, key=7, log="orders-0", offset=0, deletes=True)
    build.send("p", 1, key=9, log="orders-0", offset=1)
    build.drain("d", [])
    verdict = judge(build.history(), drained(2), over(COMPACT))
    told = {each.kind: each.examples[0].because[1] for each in verdict.findings}
    assert told["early-burial"] == "it was a tombstone and the last record of key 7"
    assert told["lost-latest"] == "it was the last record of key 9"
