"""Falsifiers of transactions, beside those of records in `falsify`; FALSIFIERS holds them all."""

from itertools import pairwise
from random import Random

from tests.checkers.falsify import (
    FALSIFIERS,
    SKIPS,
    append,
    end_ns,
    falsifier,
    kept,
    replace_value,
)
from tests.checkers.pipeline import LOGS, Polled, Run, Transaction

__all__ = ["FALSIFIERS"]


@falsifier("torn-commit", "lost-write", may=SKIPS | {"ghost"})
def tear_a_transaction(run: Run, random: Random) -> bool:
    return _tear(run, random, _transactions(run))


@falsifier("torn-commit", may=SKIPS | {"ghost"})
def tear_a_transaction_that_nobody_heard_of(run: Run, random: Random) -> bool:
    found = _transactions(run)
    for each in found:
        each.ending = "stays"
    return _tear(run, random, found)


@falsifier("G1a", may=SKIPS)
def abort_what_stays(run: Run, random: Random) -> bool:
    found = _transactions(run)
    if not found:
        return False
    random.choice(found).ending = "aborts"
    return True


@falsifier("int-nonmonotonic-send")
def reorder_a_transaction(run: Run, random: Random) -> bool:
    found = [
        (transaction, place)
        for transaction in _transactions(run)
        for place, (one, two) in enumerate(pairwise(transaction.sent))
        if one[0] == two[0]
    ]
    if not found:
        return False
    transaction, place = random.choice(found)
    transaction.sent[place : place + 2] = transaction.sent[place : place + 2][::-1]
    return True


@falsifier("precommitted-read")
def read_ones_own_record(run: Run, random: Random) -> bool:
    (own,) = _transact(run, "stranger")
    _send_in(run, own, random.choice(LOGS))
    own.records += own.sent
    return True


@falsifier("G1c")
def read_from_one_another(run: Run, random: Random) -> bool:
    one, two = _transact(run, "stranger", "visitor")
    for transaction in (one, two):
        _send_in(run, transaction, random.choice(LOGS))
    one.records += two.sent
    two.records += one.sent
    return True


@falsifier("G1c-process")
def read_what_one_sends_next(run: Run, random: Random) -> bool:
    (reading,) = _transact(run, "stranger")
    (sending,) = _transact(run, "stranger")
    _send_in(run, sending, random.choice(LOGS))
    reading.records += sending.sent
    return True


@falsifier("G1c-realtime")
def read_it_before_it_is_sent(run: Run, random: Random) -> bool:
    sent = random.choice(kept(run))
    assert sent.offset is not None
    record = (sent.log, sent.offset, sent.value)
    run.polls.append(Polled("visitor", [record], sent.invoke_ns - 2, sent.invoke_ns - 1))
    return True


@falsifier("double-processing", "duplicate-processing")
def consume_it_again(run: Run, random: Random) -> bool:
    found = [each for each in _transactions(run) if each.group and each.records]
    if not found:
        return False
    before = random.choice(found)
    (again,) = _transact(run, "worker-9")
    again.group = True
    again.records += before.records
    again.positions |= before.positions
    return True


def _transactions(run: Run) -> list[Transaction]:
    """Transactions that sent something and are ok, all of which the final read covers."""
    return [
        each
        for each in run.transactions
        if each.ending == "commits"
        if each.sent and all(offset >= run.starts[log] for log, offset, _ in each.sent)
    ]


def _tear(run: Run, random: Random, transactions: list[Transaction]) -> bool:
    """Take one of several records of a transaction away from everybody."""
    whole = not any(run.starts.values())
    found = [each for each in transactions if len(each.sent) > 1 and (each.told or whole)]
    if not found:
        return False
    _, _, value = random.choice(random.choice(found).sent)
    return replace_value(run, value, lambda *_: None)


def _transact(run: Run, *processes: str) -> list[Transaction]:
    """Transactions of new processes behind everything else, all at once."""
    now_ns = end_ns(run)
    made = [
        Transaction(each, now_ns + 1, ending="commits", complete_ns=now_ns + 2)
        for each in processes
    ]
    run.transactions += made
    return made


def _send_in(run: Run, transaction: Transaction, log: str) -> None:
    """Let a transaction send a record to the end of `log`, where the final read finds it."""
    value = run.new_value()
    transaction.sent.append((log, run.ends[log], value))
    append(run, log, value)
