import msgspec

from harness.history.build import TICK_NS, Completion, HistoryBuilder
from harness.history.flow_build import FlowBuilder
from harness.model.facts import EndEvent, Facts
from harness.model.pipeline.traffic import Cache, Readers, SourceTable, Writers
from harness.model.pipeline.workload import PipelineWorkload
from harness.reporting.entry import Entry
from harness.reporting.page.axis import BUCKETS_MAX, Axis, axis_of
from harness.reporting.page.charts import Chart, charts
from harness.reporting.page.staleness import staleness_charts
from harness.reporting.page.statistics import statistics

NO_FACTS = Facts()
ENDS = "High watermark and last stable offset of transactional partitions"


def chart(
    build: HistoryBuilder | FlowBuilder,
    title: str,
    axis: Axis,
    entry: Entry = "send",
    facts: Facts = NO_FACTS,
) -> Chart:
    [found] = [
        found for found in charts(axis, build.history(), facts, entry) if found.title == title
    ]
    return found


def test_buckets_are_bounded_however_long_the_run() -> None:
    build = HistoryBuilder()
    build.send("producer", 1, log="orders-0", offset=0, invoke_ns=0, complete_ns=10**16)
    axis = axis_of(build.history(), Facts())
    assert axis.buckets <= BUCKETS_MAX
    assert axis.end_s == 10_000_000


def test_an_empty_run_has_an_axis() -> None:
    axis = axis_of(HistoryBuilder().history(), Facts())
    assert axis.buckets == 1
    drawn = charts(axis, HistoryBuilder().history(), Facts(), "send")
    assert [each.title for each in drawn] == ["Throughput"]


def test_throughput_counts_acknowledged_sends_and_records_read_by_consumers() -> None:
    build = HistoryBuilder()
    build.send("producer", 1, log="orders-0", offset=0, invoke_ns=0, complete_ns=5)
    build.send("producer", 2, outcome="fail", invoke_ns=1, complete_ns=6)
    build.poll("consumer", [("orders-0", 0, 1)], invoke_ns=10, complete_ns=15)
    build.drain("drain", [("orders-0", 0, 1)], invoke_ns=20, complete_ns=25)
    axis = Axis(end_ns=29, bucket_ns=10)
    rates = chart(build, "Throughput", axis).columns
    assert rates == ((1e8, 0.0, 0.0), (0.0, 1e8, 0.0))


def test_throughput_counts_the_records_of_a_transaction_once_it_is_committed() -> None:
    build = HistoryBuilder()
    sent = [("orders-0", 0, 1), ("orders-0", 1, 2), ("audit-0", 0, 3)]
    build.txn("producer", sends=sent, invoke_ns=0, complete_ns=15)
    build.txn("producer", sends=[("orders-0", 3, 4)], outcome="fail", invoke_ns=16, complete_ns=17)
    build.send("other", 5, log="orders-0", offset=4, invoke_ns=20, complete_ns=25)
    axis = Axis(end_ns=29, bucket_ns=10)
    throughput = chart(build, "Throughput", axis)
    assert throughput.labels == ("acknowledged sends",)
    assert throughput.columns == ((0.0, 3e8, 1e8),)


def test_committed_transactions_have_a_duration() -> None:
    build = HistoryBuilder()
    sends = [("orders-0", 0, 1)]
    build.txn("producer", sends=sends, invoke_ns=0, complete_ns=4 * TICK_NS)
    build.txn("producer", sends=[], outcome="fail", invoke_ns=5 * TICK_NS, complete_ns=19 * TICK_NS)
    axis = Axis(end_ns=19 * TICK_NS, bucket_ns=10 * TICK_NS)
    assert chart(build, "Duration of committed transactions", axis).columns == ((4.0, None),) * 3


def seen(log: str, *ends: tuple[int, int, int]) -> tuple[EndEvent, ...]:
    return tuple(EndEvent(time_ns=at, log=log, end=end, stable=low) for at, end, low in ends)


def test_the_last_stable_offset_is_drawn_beside_the_high_watermark() -> None:
    facts = Facts(ends=seen("orders-0", (0, 4, 4), (12, 8, 4), (14, 9, 4), (31, 9, 9)))
    drawn = chart(HistoryBuilder(), ENDS, Axis(end_ns=39, bucket_ns=10), facts=facts)
    assert dict(zip(drawn.labels, drawn.columns, strict=True)) == {
        "orders-0, high watermark": (4.0, 9.0, 9.0, 9.0),
        "orders-0, last stable offset": (4.0, 4.0, 4.0, 9.0),
    }


def test_ends_of_many_logs_are_added_up() -> None:
    events = [seen(f"orders-{number}", (number, 10, 7)) for number in range(4)]
    facts = Facts(ends=tuple(event for each in events for event in each))
    drawn = chart(HistoryBuilder(), ENDS, Axis(end_ns=9, bucket_ns=10), facts=facts)
    assert drawn.columns == ((40.0,), (28.0,))
    assert drawn.labels[0] == "sum over 4 partitions, high watermark"


def test_latency_is_silent_where_nothing_was_acknowledged() -> None:
    build = HistoryBuilder()
    build.send("producer", 1, log="orders-0", offset=0, invoke_ns=0, complete_ns=4 * TICK_NS)
    build.send("producer", 2, outcome="info", invoke_ns=5 * TICK_NS, complete_ns=19 * TICK_NS)
    axis = Axis(end_ns=19 * TICK_NS, bucket_ns=10 * TICK_NS)
    assert chart(build, "Latency of acknowledged sends", axis).columns == ((4.0, None),) * 3


def test_lag_is_the_acknowledged_end_minus_the_furthest_read() -> None:
    build = HistoryBuilder()
    build.process("consumer-0", group="billing", kind="billing")
    build.assign("consumer-0", ["orders-0"], invoke_ns=0, complete_ns=1)
    for offset in range(3):
        build.send(
            "producer", offset, log="orders-0", offset=offset, invoke_ns=2 + offset, complete_ns=9
        )
    build.poll("consumer-0", [("orders-0", 0, 0)], invoke_ns=10, complete_ns=15)
    build.poll("consumer-0", [("orders-0", 1, 1), ("orders-0", 2, 2)], invoke_ns=20, complete_ns=25)
    lag = chart(build, "Consumer lag", Axis(end_ns=29, bucket_ns=10))
    assert lag.labels == ("billing, orders-0",)
    assert lag.columns == ((3.0, 2.0, 0.0),)


def test_lag_of_a_log_that_a_group_holds_but_never_reads_grows() -> None:
    build = HistoryBuilder()
    build.process("consumer-0", group="billing", kind="billing")
    build.assign("consumer-0", ["orders-0", "orders-1"], invoke_ns=0, complete_ns=1)
    build.send("producer", 1, log="orders-1", offset=6, invoke_ns=2, complete_ns=3)
    lag = chart(build, "Consumer lag", Axis(end_ns=9, bucket_ns=10))
    assert dict(zip(lag.labels, lag.columns, strict=True)) == {
        "billing, orders-0": (0.0,),
        "billing, orders-1": (7.0,),
    }


def pipeline_flow() -> FlowBuilder:
    """Two writes of which one is acknowledged, an event, two rows, and a sight of one."""
    flow = FlowBuilder(HistoryBuilder())
    first = flow.write("writer", ("orders", 1), invoke_ns=0, complete_ns=4 * TICK_NS)
    flow.commit(("orders", 1, first))
    flow.write("writer", ("orders", 2), outcome="fail", invoke_ns=0, complete_ns=2 * TICK_NS)
    times: Completion = {"invoke_ns": 11 * TICK_NS, "complete_ns": 12 * TICK_NS}
    flow.read("reader", "main/cache", ("orders", 1), first, **times)
    flow.events("main/topics", "orders-0")
    flow.rows("mysql", flow.state())
    flow.rows("main/cache", flow.state())
    return flow


def test_a_pipeline_is_charted_by_its_writes_and_the_rows_that_readers_see() -> None:
    axis = Axis(end_ns=19 * TICK_NS, bucket_ns=10 * TICK_NS)
    flow = pipeline_flow()
    titles = [each.title for each in charts(axis, flow.history(), Facts(), "write")]
    assert titles == ["Throughput", "Latency of acknowledged writes"]
    drawn = chart(flow, "Throughput", axis, "write")
    once = 1 / axis.bucket_s
    assert dict(zip(drawn.labels, drawn.columns, strict=True)) == {
        "acknowledged writes": (once, 0),
        "rows read": (0, once),
    }
    latency = chart(flow, "Latency of acknowledged writes", axis, "write")
    assert latency.columns == ((4.0, None),) * 3


def test_statistics_of_a_pipeline_count_what_each_place_held() -> None:
    numbers = statistics(pipeline_flow().history(), "write")
    assert numbers.latency is not None
    assert numbers.latency.max_ms == 4
    assert {each.place: (each.events, each.rows, each.sightings) for each in numbers.places} == {
        "main/cache": (0, 1, 1),
        "main/topics": (1, 0, 0),
        "mysql": (0, 1, 0),
    }
    assert [(log.log, log.drained) for log in numbers.logs] == [("orders-0", 1)]


def test_statistics_count_outcomes_errors_and_records() -> None:
    build = HistoryBuilder()
    build.send("producer", 1, log="orders-0", offset=0)
    build.send("producer", 2, outcome="info", error="producer:_MSG_TIMED_OUT")
    build.send("producer", 3, outcome="info", error="producer:_MSG_TIMED_OUT")
    build.poll("consumer", [("orders-0", 0, 1)])
    build.drain("drain", [("orders-0", 0, 1)])
    numbers = statistics(build.history(), "send")
    assert numbers.total("send", "ok") == 1
    assert numbers.total("send", "info") == 2
    assert [(error.name, error.count) for error in numbers.errors] == [
        ("producer:_MSG_TIMED_OUT", 2)
    ]
    assert [(log.log, log.acked, log.polled, log.drained) for log in numbers.logs] == [
        ("orders-0", 1, 1, 1)
    ]


def test_staleness_is_drawn_beside_what_readers_were_promised() -> None:
    cache = Cache(kind="cache-aside", name="cache", staleness_s=0.5)
    workload = PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(Writers(tables=("orders",)),),
        caches=(cache, Cache(kind="cache-aside", name="unread")),
        readers=(Readers(copy="cache"),),
    )
    flow = FlowBuilder(HistoryBuilder())
    old = flow.write("writer", ("orders", 1), invoke_ns=0, complete_ns=0)
    flow.commit(("orders", 1, old))
    new = flow.write("writer", ("orders", 1), invoke_ns=0, complete_ns=0)
    flow.commit(("orders", 1, new))
    for began_ms, version in ((1, old), (2, new), (25, old)):
        at_ns = began_ms * 1_000_000
        times: Completion = {"invoke_ns": at_ns, "complete_ns": at_ns}
        flow.read("reader", "app/cache", ("orders", 1), version, **times)
    axis = Axis(end_ns=29_000_000, bucket_ns=10_000_000)
    (drawn,) = staleness_charts(axis, flow.history(), Facts(), workload)
    assert drawn.title == "Staleness of reads from app/cache"
    assert dict(zip(drawn.labels, drawn.columns, strict=True)) == {
        "p50": (1.0, None, 25.0),
        "p99": (1.0, None, 25.0),
        "max": (1.0, None, 25.0),
        "bound": (500.0, 500.0, 500.0),
    }
    unread = msgspec.structs.replace(workload, readers=())
    assert staleness_charts(axis, flow.history(), Facts(), unread) == ()
