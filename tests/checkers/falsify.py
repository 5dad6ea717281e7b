"""Falsifiers: each breaks a legal run in one way, and says what must and what may be reported.

`must` is what the break is; `may` are kinds that follow from it, depending on who looked where:

    SKIPS             a record that vanishes leaves a hole where its sender was told a place
    ghost             a reader saw the record that the log does not hold at the end
    group-skip        a member was given something else in its place
    realtime-order,   a record that changes places does so with records of its own producer and of
    nonmonotonic-send others
    poll-skip         a reader that goes back comes forward again
    G1c-realtime      whoever changes places with a later record is read before it was sent
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from harness.history.build import Record
from harness.history.history import NOTHING
from tests.checkers.pipeline import LOGS, MEMBERS, READERS, Held, Polled, Run, Sent, Transaction

SKIPS = frozenset({"poll-skip", "int-poll-skip"})
Apply = Callable[[Run, Random], bool]


@dataclass(frozen=True, slots=True)
class Falsifier:
    """One way to break a run; `apply` answers whether the run gave it something to break."""

    apply: Apply
    must: frozenset[str]
    may: frozenset[str]


FALSIFIERS: dict[str, Falsifier] = {}


def falsifier(*must: str, may: frozenset[str] = frozenset()) -> Callable[[Apply], None]:
    """Register the decorated function."""

    def register(apply: Apply) -> None:
        FALSIFIERS[apply.__name__] = Falsifier(apply, frozenset(must), may)

    return register


@falsifier("lost-write", may=SKIPS | {"ghost"})
def lose_it_at_the_end(run: Run, random: Random) -> bool:
    sent = random.choice(kept(run))
    return _replace(run, sent, lambda polled, record: None if polled.final else record)


@falsifier("lost-write", may=SKIPS)
def lose_it_before_anybody_looks(run: Run, random: Random) -> bool:
    return _replace(run, random.choice(kept(run)), lambda *_: None)


@falsifier("lost-write", may=SKIPS | {"ghost"})
def lose_it_without_an_offset_told(run: Run, random: Random) -> bool:
    if any(run.starts.values()):
        return False
    sent = random.choice(kept(run))
    sent.fate = "untold"
    return _replace(run, sent, lambda polled, record: None if polled.final else record)


@falsifier("duplicate")
def append_it_again(run: Run, random: Random) -> bool:
    sent = random.choice(kept(run))
    append(run, sent.log, sent.value)
    return True


@falsifier("nonmonotonic-send", may=frozenset({"realtime-order", "G1c-realtime"}))
def reorder_a_producer(run: Run, random: Random) -> bool:
    return _swap(run, random, lambda one, two: one.process == two.process)


@falsifier("realtime-order", may=frozenset({"nonmonotonic-send", "G1c-realtime"}))
def reorder_behind_an_acknowledgement(run: Run, random: Random) -> bool:
    return _swap(
        run,
        random,
        lambda one, two: one.complete_ns is not None and one.complete_ns < two.invoke_ns,
    )


@falsifier("phantom", "lost-write", "inconsistent-offsets")
def alter_it(run: Run, random: Random) -> bool:
    sent = random.choice(kept(run))
    return _replace(run, sent, lambda _, record: (record[0], record[1], 10_000))


@falsifier(
    "phantom", "inconsistent-offsets", "forked-offset", "ghost", may=frozenset({"group-skip"})
)
def alter_it_for_one_reader(run: Run, random: Random) -> bool:
    final = {record for polled in run.polls if polled.final for record in polled.records}
    polls = [each for each in run.polls if not each.final and each.records[0] in final]
    if not polls:
        return False
    records = random.choice(polls).records
    records[0] = (records[0][0], records[0][1], NOTHING)
    return True


@falsifier("misrouted", may=SKIPS | {"realtime-order"})
def move_it_to_another_log(run: Run, random: Random) -> bool:
    sent = random.choice(kept(run))
    _replace(run, sent, lambda *_: None)
    append(run, random.choice([log for log in LOGS if log != sent.log]), sent.value)
    return True


@falsifier("int-nonmonotonic-poll")
def repeat_within_a_poll(run: Run, random: Random) -> bool:
    polls = _polls(run, READERS)
    if not polls:
        return False
    records = random.choice(polls).records
    place = random.randrange(len(records))
    records.insert(place, records[place])
    return True


@falsifier("int-nonmonotonic-poll", "duplicate-processing")
def repeat_within_a_poll_of_a_group(run: Run, random: Random) -> bool:
    changed = [change.invoke_ns for change in run.changes]
    # A poll with a rebalance inside may repeat itself: it is exempt.
    polls = [
        each
        for each in _polls(run, MEMBERS)
        if not any(each.invoke_ns <= moment <= each.complete_ns for moment in changed)
    ]
    if not polls:
        return False
    records = random.choice(polls).records
    records.append(records[-1])
    return True


@falsifier("duplicate-processing")
def deliver_it_to_the_group_again(run: Run, random: Random) -> bool:
    polls = _polls(run, MEMBERS)
    if not polls:
        return False
    polled = random.choice(polls)
    now_ns = end_ns(run)
    run.changes.append(Held("subscribe", polled.process, [], now_ns + 1))
    run.polls.append(Polled(polled.process, polled.records, now_ns + 2, now_ns + 3))
    return True


@falsifier("int-poll-skip")
def skip_within_a_poll(run: Run, random: Random) -> bool:
    found = []
    for polled in _polls(run, READERS):
        for log in LOGS:
            mine = [record for record in polled.records if record[0] == log]
            found += [(polled, record) for record in mine[1:-1]]
    if not found:
        return False
    polled, record = random.choice(found)
    polled.records.remove(record)
    return True


@falsifier("poll-skip")
def skip_a_poll(run: Run, random: Random) -> bool:
    found = []
    for reader in READERS:
        for log in LOGS:
            found += [each for each in _polls(run, (reader,)) if _has(each, log)][1:-1]
    if not found:
        return False
    run.polls.remove(random.choice(found))
    return True


@falsifier("nonmonotonic-poll", may=frozenset({"poll-skip", "G1c-realtime"}))
def poll_in_another_order(run: Run, random: Random) -> bool:
    found: list[tuple[Polled, Polled]] = []
    for reader in READERS:
        for log in LOGS:
            mine = [each for each in _polls(run, (reader,)) if _has(each, log)]
            found += pairwise(mine)
    if not found:
        return False
    one, two = random.choice(found)
    one.records, two.records = two.records, one.records
    return True


@falsifier("group-skip", may=SKIPS)
def skip_for_a_whole_group(run: Run, random: Random) -> bool:
    told = {(sent.log, sent.offset): sent for sent in run.sends if sent.fate == "told"}
    found = []
    for log in LOGS:
        mine = [
            (polled, record)
            for polled in _polls(run, MEMBERS)
            for record in polled.records
            if record[0] == log
        ]
        found += [each for each in mine[1:-1] if each[1][:2] in told]
    if not found:
        return False
    polled, record = random.choice(found)
    polled.records.remove(record)
    return True


@falsifier("ghost")
def show_what_never_was(run: Run, random: Random) -> bool:
    log = random.choice(LOGS)
    _visit(run, (log, run.ends[log], _vanished(run, log)))
    return True


@falsifier("ghost", "forked-offset", "inconsistent-offsets")
def show_something_else_at_an_offset(run: Run, random: Random) -> bool:
    sent = random.choice(kept(run))
    assert sent.offset is not None
    _visit(run, (sent.log, sent.offset, _vanished(run, sent.log)))
    return True


@falsifier("G1a")
def say_that_it_failed(run: Run, random: Random) -> bool:
    random.choice(kept(run)).fate = "fails"
    return True


@falsifier("inconsistent-offsets", "duplicate")
def tell_the_offset_of_another(run: Run, random: Random) -> bool:
    one, two = random.choice(_neighbours(run))
    one.offset = two.offset
    return True


def kept(run: Run) -> list[Sent]:
    """Sends that were told a place which the final read covers."""
    return [
        sent
        for sent in run.sends
        if sent.fate == "told" and sent.offset is not None and sent.offset >= run.starts[sent.log]
    ]


def _polls(run: Run, processes: tuple[str, ...]) -> list[Polled]:
    return [each for each in run.polls if each.process in processes]


def _has(polled: Polled, log: str) -> bool:
    return any(record[0] == log for record in polled.records)


def _neighbours(run: Run) -> list[tuple[Sent, Sent]]:
    """Kept records of one log that follow each other."""
    pairs: list[tuple[Sent, Sent]] = []
    for log in LOGS:
        mine = sorted(
            (each for each in kept(run) if each.log == log), key=lambda each: each.offset or 0
        )
        pairs += pairwise(mine)
    return pairs


def _readers(run: Run) -> list[Polled | Transaction]:
    """Whatever reads."""
    return [*run.polls, *run.transactions]


def _replace(
    run: Run, sent: Sent, change: Callable[[Polled | Transaction, Record], Record | None]
) -> bool:
    """Change what every reader of a record saw; None takes it away."""
    return replace_value(run, sent.value, change)


def replace_value(
    run: Run, value: int, change: Callable[[Polled | Transaction, Record], Record | None]
) -> bool:
    """Change what every reader of a value saw; None takes it away."""
    for polled in _readers(run):
        records = [
            change(polled, record) if record[2] == value else record for record in polled.records
        ]
        polled.records[:] = [record for record in records if record is not None]
    return True


def _swap(run: Run, random: Random, wanted: Callable[[Sent, Sent], bool]) -> bool:
    """Let two records of one log change places, for everybody."""
    pairs = [(one, two) for one, two in _neighbours(run) if wanted(one, two)]
    if not pairs:
        return False
    one, two = random.choice(pairs)
    values = {one.value: two.value, two.value: one.value}
    for polled in _readers(run):
        polled.records[:] = [
            (log, offset, values.get(value, value)) for log, offset, value in polled.records
        ]
    one.offset, two.offset = two.offset, one.offset
    return True


def append(run: Run, log: str, value: int) -> None:
    """Let the final read find one more record at the end of a log."""
    now_ns = end_ns(run)
    record = (log, run.ends[log], value)
    run.ends[log] += 1
    run.polls.append(Polled("final-reader", [record], now_ns + 1, now_ns + 2, final=True))


def _visit(run: Run, record: Record) -> None:
    """Let somebody who read nothing else read one record."""
    now_ns = end_ns(run)
    run.polls.append(Polled("visitor", [record], now_ns + 1, now_ns + 2))


def _vanished(run: Run, log: str) -> int:
    """The value of a new send whose record is in no log."""
    now_ns = end_ns(run)
    value = run.new_value()
    run.sends.append(Sent("stranger", value, log, "vanishes", now_ns + 1, now_ns + 2))
    return run.sends[-1].value


def end_ns(run: Run) -> int:
    operations: list[Sent | Polled | Transaction] = [*run.sends, *_readers(run)]
    return max(each.complete_ns or each.invoke_ns for each in operations)
