"""What processors made of their source, by hand: left out, done twice, put in another order."""

import msgspec
import pytest

from harness.checkers.verdict.judge import judge
from harness.checkers.verdict.promises import permitted, promised
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts, LogEnd
from harness.model.scenario import Floor, Scenario
from harness.model.value import Settings
from harness.model.workload import LogWorkload, Processors, Producers, Topic
from tests.checkers.verdicts import found

SAFE: Settings = {"acks": "all", "enable.idempotence": True}
ENRICH = Processors(
    name="enrich", source="orders", sink="enriched", progress="transaction", producer=SAFE
)


def processing(processors: Processors = ENRICH) -> Scenario:
    """One partition of each topic, and no claims but what the settings promise."""
    return Scenario(
        name="test",
        about="a test",
        workload=LogWorkload(
            topics=(Topic(name="orders"), Topic(name="enriched")),
            producers=(Producers(name="p", topic="orders", settings=SAFE),),
            processors=(processors,),
        ),
        floor=Floor(acks=0),
    )


def read(orders: int, enriched: int, *, enriched_to: int | None = None) -> Facts:
    """Facts of a final read that came to these ends."""
    to = enriched if enriched_to is None else enriched_to
    return Facts(
        logs=(
            LogEnd(log="orders-0", start=0, end=orders, read_to=orders),
            LogEnd(log="enriched-0", start=0, end=enriched, read_to=to),
        )
    )


def history(*results: tuple[int, int], keys: tuple[int, ...] = (7, 7, 7)) -> HistoryBuilder:
    """Orders 1, 2, 3 with these keys; results are value and origin, in the order of the sink."""
    build = HistoryBuilder()
    build.process("p", client="producer", kind="p")
    build.process("enrich-0", client="processor", kind="enrich", group="g")
    for offset, key in enumerate(keys):
        build.send("p", offset + 1, log="orders-0", offset=offset, key=key)
    for offset, (value, origin) in enumerate(results):
        build.send("enrich-0", value, log="enriched-0", offset=offset, key=keys[origin - 1])
        build.made(value, origin=origin)
    build.drain("d", [("orders-0", offset, offset + 1) for offset in range(len(keys))])
    build.drain("d", [("enriched-0", offset, value) for offset, (value, _) in enumerate(results)])
    return build


def kinds(build: HistoryBuilder, known: Facts, of: Scenario | None = None) -> dict[str, int]:
    verdict = judge(build.history(), known, of or processing())
    assert not [result.unknown for result in verdict.checkers if result.unknown]
    return found(verdict)


def test_each_once_and_in_order_is_what_must_be() -> None:
    assert kinds(history((11, 1), (12, 2), (13, 3)), read(3, 3)) == {}


def test_a_record_that_the_group_went_past_is_unprocessed() -> None:
    assert kinds(history((11, 1), (13, 3)), read(3, 2)) == {"unprocessed": 1}


def test_what_nobody_has_come_to_yet_is_not() -> None:
    assert kinds(history((11, 1), (12, 2)), read(3, 2)) == {}


def test_what_a_thread_has_in_hand_is_passed_by_a_commit_alone() -> None:
    threads = processing(msgspec.structs.replace(ENRICH, progress="after", threads=4))
    in_hand = ((11, 1), (13, 3))
    assert kinds(history(*in_hand), read(3, 2), threads) == {}
    committed = history(*in_hand)
    committed.commit("enrich-0", {"orders-0": 1})
    assert kinds(committed, read(3, 2), threads) == {}
    committed.commit("enrich-0", {"orders-0": 3}, outcome="fail")
    assert kinds(committed, read(3, 2), threads) == {}
    committed.commit("enrich-0", {"orders-0": 3})
    assert kinds(committed, read(3, 2), threads) == {"unprocessed": 1}


def test_a_result_that_was_acknowledged_and_is_gone_is_the_sinks_loss() -> None:
    build = history((11, 1), (13, 3))
    build.send("enrich-0", 12, log="enriched-0", offset=2)
    build.made(12, origin=2)
    assert kinds(build, read(3, 3)) == {"lost-write": 1}


def test_two_results_of_one_record_are_double_processing() -> None:
    twice = history((11, 1), (12, 2), (22, 2), (13, 3))
    assert kinds(twice, read(3, 4)) == {"double-processing": 1}
    deduplicated = msgspec.structs.replace(ENRICH, deduplicated=True)
    assert kinds(twice, read(3, 4), processing(deduplicated)) == {}


def test_an_aborted_result_that_nobody_reads_is_no_effect() -> None:
    build = history((11, 1), (12, 2), (13, 3))
    build.send("enrich-0", 22, topic="enriched", outcome="fail")
    build.made(22, origin=2)
    assert kinds(build, read(3, 3)) == {}


def test_results_of_one_key_keep_the_order_of_their_records() -> None:
    swapped = ((12, 2), (11, 1), (13, 3))
    build = history(*swapped)
    assert kinds(build, read(3, 3)) == {"reordered-result": 1}
    assert kinds(history(*swapped, keys=(1, 2, 3)), read(3, 3)) == {}


def test_a_late_write_leaves_its_key_stale() -> None:
    zombie = history((11, 1), (12, 2), (13, 3), (22, 2))
    assert kinds(zombie, read(3, 4)) == {"double-processing": 1, "stale-result": 1}
    other_keys = history((11, 1), (12, 2), (13, 3), (22, 2), keys=(1, 2, 3))
    assert kinds(other_keys, read(3, 4)) == {"double-processing": 1}


def test_a_later_result_makes_up_for_a_late_write() -> None:
    made_up = history((11, 1), (12, 2), (21, 1), (13, 3))
    assert kinds(made_up, read(3, 4)) == {"double-processing": 1}


def test_who_compares_versions_or_knows_results_is_not_stale() -> None:
    late = ((11, 1), (12, 2), (13, 3), (22, 2))
    versioned = processing(msgspec.structs.replace(ENRICH, versioned=True))
    assert kinds(history(*late), read(3, 4), versioned) == {"double-processing": 1}
    deduplicated = processing(msgspec.structs.replace(ENRICH, deduplicated=True))
    assert kinds(history(*late), read(3, 4), deduplicated) == {}
    swapped = history((11, 1), (13, 3), (12, 2))
    assert kinds(swapped, read(3, 3), deduplicated) == {"reordered-result": 1, "stale-result": 1}


def test_a_stale_result_is_told_with_both_records_and_both_results() -> None:
    late = history((11, 1), (12, 2), (13, 3), (22, 2))
    verdict = judge(late.history(), read(3, 4), processing())
    (finding,) = (each for each in verdict.findings if each.kind == "stale-result")
    (example,) = finding.examples
    assert (example.log, example.values) == ("enriched-0", (2, 3, 13, 22))
    assert finding.hops == {"orders → enriched (enrich)": 1}
    assert [row.stale for row in verdict.hops] == [1]


def test_what_is_done_again_stands_behind_and_is_not_reordered() -> None:
    again = history((11, 1), (12, 2), (21, 1), (22, 2), (13, 3))
    assert kinds(again, read(3, 5)) == {"double-processing": 2}


def test_a_finding_names_its_hop_and_its_records() -> None:
    verdict = judge(history((11, 1), (13, 3)).history(), read(3, 2), processing())
    (finding,) = verdict.findings
    hop = "orders → enriched (enrich)"
    assert finding.hops == {hop: 1}
    (example,) = finding.examples
    assert (example.log, example.values, example.hop) == ("orders-0", (2, 3), hop)
    (row,) = verdict.hops
    assert (row.hop, row.expected, row.delivered, row.lost, row.duplicate) == (hop, 3, 2, 1, 0)


def test_a_sink_that_was_not_read_to_its_end_proves_nothing() -> None:
    build = history((11, 1), (13, 3))
    verdict = judge(build.history(), read(3, 9, enriched_to=2), processing())
    assert found(verdict) == {}
    assert any("enriched-0 was not read to its end" in each for each in verdict.unknowns)


@pytest.mark.parametrize(
    ("spec", "allowed"),
    [
        ({"progress": "transaction"}, set()),
        ({"progress": "after"}, {"double-processing", "stale-result"}),
        ({"progress": "after", "versioned": True}, {"double-processing"}),
        ({"progress": "after", "deduplicated": True}, set()),
        ({"progress": "before"}, {"unprocessed", "reordered-result", "stale-result"}),
        ({"progress": "before", "versioned": True}, {"unprocessed", "reordered-result"}),
        ({"progress": "transaction", "lanes": False}, set()),
        ({"progress": "after", "threads": 2, "deduplicated": True}, set()),
        (
            {"progress": "after", "threads": 2, "lanes": False, "deduplicated": True},
            {"reordered-result", "stale-result"},
        ),
        (
            {"progress": "after", "threads": 2, "lanes": False, "versioned": True},
            {"reordered-result", "double-processing"},
        ),
        ({"progress": "after", "deduplicated": True, "versioned": True}, set()),
        (
            {"progress": "auto", "deduplicated": True},
            {"unprocessed", "reordered-result", "stale-result"},
        ),
        (
            {"progress": "auto"},
            {"unprocessed", "reordered-result", "double-processing", "stale-result"},
        ),
        (
            {"progress": "auto", "consumer": {"enable.auto.offset.store": False}},
            {"double-processing", "stale-result"},
        ),
        (
            {"progress": "transaction", "consumer": {"auto.offset.reset": "latest"}},
            {"unprocessed", "reordered-result", "stale-result"},
        ),
    ],
)
def test_what_progress_permits(spec: dict[str, object], allowed: set[str]) -> None:
    scenario = processing(msgspec.structs.replace(ENRICH, **spec))
    of_processing = {"unprocessed", "reordered-result", "double-processing", "stale-result"}
    assert set(permitted(scenario)) & of_processing == allowed
    of_order = {"unprocessed", "reordered-result"}
    assert ("processing" in promised(scenario)) == (not allowed & of_order)
    assert ("exactly-once" in promised(scenario)) == ("double-processing" not in allowed)


def test_before_any_result_nothing_was_passed() -> None:
    assert kinds(history(), read(3, 0)) == {}
    assert kinds(history((11, 1)), read(3, 1)) == {}


def test_a_record_that_the_source_lost_is_not_unprocessed() -> None:
    build = history((11, 1), (13, 3))
    build.send("p", 4, log="orders-0", offset=3, key=7)
    build.send("p", 5, log="orders-0", offset=4, key=7)
    build.send("enrich-0", 15, log="enriched-0", offset=2, key=7)
    build.made(15, origin=5)
    build.drain("d", [("orders-0", 4, 5), ("enriched-0", 2, 15)])
    # Order 2 is there and was passed over; order 4 is lost.
    found = kinds(build, read(5, 3))
    assert (found["lost-write"], found["unprocessed"]) == (1, 1)


TWO = processing(ENRICH)
TWO = msgspec.structs.replace(
    TWO,
    workload=msgspec.structs.replace(
        TWO.log_workload,
        topics=(Topic(name="orders", partitions=2), Topic(name="enriched")),
    ),
)


def in_two_partitions(*results: tuple[int, int]) -> HistoryBuilder:
    """Orders 1, 2, 3 in one partition, and 4, 5, 6 in another; results of some."""
    build = HistoryBuilder()
    build.log("noise-0")
    build.process("p", client="producer", kind="p")
    build.process("enrich-0", client="processor", kind="enrich", group="g")
    build.process("other-0", client="processor", kind="other", group="h")
    orders = [(f"orders-{at // 3}", at % 3, at + 1) for at in range(6)]
    for log, offset, value in orders:
        build.send("p", value, log=log, offset=offset, key=value)
    for offset, (value, origin) in enumerate(results):
        build.send("enrich-0", value, log="enriched-0", offset=offset, key=origin)
        build.made(value, origin=origin)
    build.drain("d", orders)
    build.drain("d", [("enriched-0", offset, value) for offset, (value, _) in enumerate(results)])
    return build


def read_two(enriched: int) -> Facts:
    known = read(3, enriched)
    other = LogEnd(log="orders-1", start=0, end=3, read_to=3)
    return msgspec.structs.replace(known, logs=(*known.logs, other))


@pytest.mark.parametrize(
    ("results", "passed"),
    [
        ([(11, 1), (14, 4), (15, 5)], []),
        ([(13, 3)], [1, 2]),
        ([(12, 2), (16, 6)], [1, 4, 5]),
        ([(16, 6)], [4, 5]),
    ],
)
def test_each_partition_is_passed_by_itself(
    results: list[tuple[int, int]], passed: list[int]
) -> None:
    verdict = judge(in_two_partitions(*results).history(), read_two(len(results)), TWO)
    found_at = [
        (example.log, example.values)
        for finding in verdict.findings
        for example in finding.examples
        if finding.kind == "unprocessed"
    ]
    beyond = {origin > 3: origin for _, origin in sorted(results)}
    assert found_at == [(f"orders-{value // 4}", (value, beyond[value > 3])) for value in passed]


def test_of_what_is_in_hand_only_commits_of_its_own_workers_tell() -> None:
    spec = msgspec.structs.replace(ENRICH, progress="after", threads=4)
    workload = msgspec.structs.replace(TWO.log_workload, processors=(spec,))
    threads = msgspec.structs.replace(TWO, workload=workload)
    build = in_two_partitions((13, 3), (16, 6))
    build.commit("other-0", {"orders-0": 3, "orders-1": 3})
    assert kinds(build, read_two(2), threads) == {}
    build.commit("enrich-0", {"orders-1": 2})
    build.commit("enrich-0", {"orders-1": 1})
    # Offsets 0 and 1 of the second partition; of the first nobody knows.
    verdict = judge(build.history(), read_two(2), threads)
    (finding,) = (each for each in verdict.findings if each.kind == "unprocessed")
    assert [example.values for example in finding.examples] == [(4, 6), (5, 6)]


def test_what_a_group_did_not_begin_with_is_none_of_its_business() -> None:
    spec = msgspec.structs.replace(ENRICH, start=2)
    assert kinds(history((13, 3)), read(3, 1), processing(spec)) == {}
    spec = msgspec.structs.replace(ENRICH, start=1)
    assert kinds(history((13, 3)), read(3, 1), processing(spec)) == {"unprocessed": 1}


def test_two_results_are_told_in_their_order_at_their_place() -> None:
    twice = in_two_partitions((11, 1), (14, 4), (24, 4), (34, 4))
    verdict = judge(twice.history(), read_two(4), TWO)
    (finding,) = (each for each in verdict.findings if each.kind == "double-processing")
    assert finding.count == 1
    (example,) = finding.examples
    assert (example.log, example.values) == ("enriched-0", (4, 14, 24))


def test_results_of_other_processors_are_theirs() -> None:
    build = in_two_partitions((11, 1), (14, 4))
    build.send("other-0", 90, log="else-0", offset=0)
    build.made(90, origin=1)
    build.send("other-0", 91, log="else-0", offset=1)
    build.made(91, origin=3)
    build.poll("reader", [("else-0", 0, 90), ("else-0", 1, 91)])
    assert kinds(build, read_two(2), TWO) == {}


def test_the_order_of_keys_is_kept_per_partition_of_source_and_sink() -> None:
    swapped = in_two_partitions((14, 4), (12, 2), (11, 1), (13, 3), (15, 5))
    assert "reordered-result" not in kinds(swapped, read_two(5), TWO)


def test_processors_keep_the_last_value_of_a_key_whether_or_not_keys_are_deleted() -> None:
    assert "last-values" in promised(processing())
    workload = msgspec.structs.replace(TWO.log_workload, processors=())
    plain = msgspec.structs.replace(TWO, workload=workload)
    assert "last-values" not in promised(plain)
    producers = (Producers(name="p", topic="orders", settings=SAFE, delete_every=3),)
    deleting = msgspec.structs.replace(workload, producers=producers)
    assert "last-values" in promised(msgspec.structs.replace(TWO, workload=deleting))
