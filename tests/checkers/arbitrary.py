"""Arbitrary small histories, legal or not, and facts and scenarios to go with them."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from hypothesis import strategies as st

from harness.history.build import TICK_NS, Completion, HistoryBuilder
from harness.history.history import NOTHING, History
from harness.model.facts import Facts, LogEnd
from harness.model.scenario import Scenario
from harness.model.workload import LogWorkload, Producers, Topic

Outcome: TypeAlias = Literal["ok", "info", "fail"]
LOGS = ("orders-0", "orders-1", "audit-0")
READERS = ("member-0", "member-1", "reader-0")
SENDERS = ("sender-0", "sender-1", "hasty-0")

OUTCOMES: tuple[Outcome, ...] = ("ok", "ok", "ok", "ok", "info", "fail")

logs = st.sampled_from(LOGS)
PAST_ALL = dict.fromkeys(LOGS, 7)
offsets = st.integers(0, 6)
values = st.integers(0, 9)
records = st.lists(st.tuples(logs, offsets, values | st.just(NOTHING)), max_size=4)


def own_records(sent: list[int]) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    """Records that the transaction which reads them has sent."""
    return st.lists(st.tuples(logs, offsets, st.sampled_from(sent)), max_size=2)


@st.composite
def completions(draw: st.DrawFn, now_ns: int) -> Completion:
    """Times that may overlap with what comes next, and an outcome."""
    outcome = draw(st.sampled_from(OUTCOMES))
    ends = now_ns + draw(st.integers(0, 5)) * TICK_NS
    never = outcome == "info" and draw(st.booleans())
    return Completion(outcome=outcome, invoke_ns=now_ns, complete_ns=None if never else ends)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A history of up to 14 operations in any order."""
    build = HistoryBuilder()
    build.process("member-0", group="billing")
    build.process("member-1", group="billing")
    build.process("admin", client="administrator", kind="billing", group="billing")
    build.process("hasty-0", client="producer", kind="hasty")
    build.process("sender-0", client="producer", kind="sender")
    build.process("sender-1", client="producer", kind="sender")
    for log in LOGS[: draw(st.integers(0, 3))]:
        build.log(log)
    unused = draw(st.permutations(range(8)))
    now_ns = 0
    for _ in range(draw(st.integers(0, 14))):
        now_ns += draw(st.integers(0, 2)) * TICK_NS
        completion = draw(completions(now_ns))
        unused = _operation(draw, build, unused, completion)
    return build.history()


def _operation(
    draw: st.DrawFn, build: HistoryBuilder, unused: list[int], completion: Completion
) -> list[int]:
    what = draw(
        st.sampled_from(
            ["send"] * 4 + ["poll"] * 4 + ["drain", "txn", "txn", "txn", "change", "reset"]
        )
    )
    reader = draw(st.sampled_from(READERS))
    match what:
        case "send" if unused:
            told = draw(st.none() | logs)
            build.send(
                draw(st.sampled_from(SENDERS)),
                unused[0],
                log=told,
                offset=draw(st.none() | offsets) if told else None,
                topic=draw(st.sampled_from([None, None, "orders", "audit"])),
                **completion,
            )
            return unused[1:]
        case "txn" if len(unused) > 2:
            sent = [(draw(logs), draw(st.none() | offsets), value) for value in unused[:2]]
            commits = draw(st.dictionaries(logs, offsets, max_size=2) | st.just(PAST_ALL))
            reads = draw(records | own_records(unused[:2]))
            build.txn(reader, sends=sent, reads=reads, commits=commits, **completion)
            return unused[2:]
        case "drain":
            build.drain("final-reader", draw(records), **completion)
        case "change":
            changes: list[Callable[..., int]] = [build.assign, build.subscribe, build.revoke]
            change = draw(st.sampled_from(changes))
            change(reader, draw(st.lists(logs, max_size=2, unique=True)), **completion)
        case "reset":
            build.commit("admin", {draw(logs): draw(offsets)}, **completion)
        case _:
            build.poll(reader, draw(records), **completion)
    return unused


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Some logs read to their end, some not, some not at all."""
    ends = []
    for log in draw(st.lists(logs, unique=True)):
        end = draw(st.integers(0, 7))
        read_to = draw(st.sampled_from([end, end, end - 1]))
        start = draw(st.sampled_from([0, 0, 0, 2]))
        ends.append(LogEnd(log=log, start=start, end=end, read_to=read_to))
    return Facts(logs=tuple(ends))


SCENARIO = Scenario(
    name="arbitrary",
    about="anything at all",
    workload=LogWorkload(
        topics=(Topic(name="orders", partitions=2), Topic(name="audit")),
        producers=(
            Producers(name="sender", topic="orders"),
            Producers(name="hasty", topic="orders", belief="enqueue"),
        ),
    ),
)
