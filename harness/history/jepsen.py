"""A history of Jepsen's Kafka workload, as EDN or as JSON, as a history of ours.

The format is that of `jepsen.tests.kafka` (jepsen/src/jepsen/tests/kafka.clj of jepsen-io/jepsen,
and the clients of jepsen-io/redpanda and jepsen-io/bufstream, which write it). A file holds events,
as forms one after the other (EDN), one a line (JSON), or in one vector or array. An event is a map:

    type     invoke, ok, fail, info; an operation is an invoke and the next event of its process
    process  a number; others (the nemesis) are passed over, as is what they did
    f        send, poll, txn, subscribe, assign; crash and debug-topic-partitions are passed over
    value    of send, poll and txn: micro-operations; of subscribe and assign: keys
                 [:send k v], completed [:send k [offset v]], offset nil where it was not told
                 [:poll], completed [:poll {k [[offset v] …] …}]
    time     nanoseconds; where no event has it, the order of events is all the time there is
    index    what operations are called in what we say; their position unless given
    error, rebalance-log ([{:keys [k …]} …], the keys that were rebalanced meanwhile),
    seek-to-beginning? (of assign: no position is kept)

A key is a partition, so it becomes a log, and records have no key of their own; a value is unique
in its key. The client runs every operation in a transaction or none: those of a file with a `txn`,
or with several micro-operations in one operation, are transactions. A process that subscribes and
never assigns is a member of the one group that there is, and its transactions commit what they
polled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from harness.history.history import History
from harness.history.jepsen_events import (
    FAR,
    HOLDING,
    RECORDS,
    Event,
    Poll,
    Record,
    Send,
    Told,
    read_events,
)
from harness.history.jepsen_tables import Columns
from harness.kit.errors import UsageError

PASSED_OVER = ("crash", "debug-topic-partitions")
TYPES = ("invoke", "ok", "fail", "info")
SHOWN = 300
SHAPES = (
    "what a Kafka workload holds there: [:send k v], [:send k [offset v]], [:poll] or "
    "[:poll {k [[offset v] …]}]; of subscribe and assign, keys; as :rebalance-log, [{:keys [k …]}]"
)


@dataclass(frozen=True, slots=True)
class JepsenHistory:
    """What a file holds, and what it tells of how it was recorded."""

    history: History
    subscribes: bool
    """Whether any process leaves its partitions to a group."""
    transactional: bool
    """Whether clients run their operations in transactions."""


def read_jepsen(path: Path) -> JepsenHistory:
    """The history in the file at `path`.

    Raises:
        UsageError: the file cannot be read, or is no such history; says the line and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    reader = _Reader(str(path))
    for line, event in read_events(text, path):
        reader.add(line, event)
    return reader.finish()


class _Reader:
    """Takes events in order, and makes tables of them."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._columns = Columns()
        self._pending: dict[int, tuple[int, int, Event]] = {}
        """Operations that have been invoked, by process: line, operation, event."""
        self._holds: dict[int, set[str]] = {}
        self._transactional = False
        self._now_ns = 0
        self._count = 0
        self._timed: bool | None = None

    def add(self, line: int, event: object) -> None:
        """Take the event that begins on `line`."""
        position, self._count = self._count, self._count + 1
        taken = event if isinstance(event, Event) else self._event(line, event)
        if taken is None:
            return
        timed = taken.time is not None
        if self._timed is None:
            self._timed = timed
        elif self._timed is not timed:
            raise self._refused(line, "some events have a :time and others do not; take it off all")
        # The order in the file is the order of events: clocks of threads may differ a little.
        self._now_ns = max(self._now_ns, position if taken.time is None else taken.time)
        label = position if taken.index is None else taken.index
        if taken.type == "invoke":
            self._invoke(line, taken, label)
        elif taken.type in TYPES:
            self._complete(line, taken, label)
        else:
            raise self._refused(
                line, f"an event is invoke, ok, fail or info, not {_shown(taken.type)}"
            )

    def finish(self) -> JepsenHistory:
        """The tables of all events."""
        for line, op, event in self._pending.values():
            self._understand(line, op, event, event)
        if not self._columns.operations.f:
            raise UsageError(f"{self._source} holds no operation of a process: nothing to judge")
        members = {process for process, how in self._holds.items() if how == {"subscribe"}}
        transactional = self._transactional
        history = self._columns.history(self._source, members, transactional=transactional)
        return JepsenHistory(history, subscribes=bool(members), transactional=transactional)

    def _refused(self, line: int, why: str) -> UsageError:
        return UsageError(f"{self._source}, line {line}: {why}")

    def _event(self, line: int, form: object) -> Event | None:
        """The event that a form of the file is; None for one that is passed over."""
        if not isinstance(form, dict) or "type" not in form or "f" not in form:
            raise self._refused(line, "this is no event: a map with :type, :f and :process")
        process, f, time, index = (form.get(name) for name in ("process", "f", "time", "index"))
        if isinstance(process, bool):
            raise self._refused(line, f"a process is a number or a name, not {process!r}")
        if not isinstance(process, int) or f in PASSED_OVER:
            return None
        if f not in RECORDS + HOLDING:
            known = ", ".join(RECORDS + HOLDING + PASSED_OVER)
            raise self._refused(
                line, f"{_shown(f)} is no operation of the Kafka workload ({known})"
            )
        if time is not None and not _is_number(time):
            raise self._refused(line, f"a :time is nanoseconds, not {_shown(time)}")
        index = index if _is_number(index) else None
        return Event(form["type"], f, process, time, index, form.get("value"), form)

    def _invoke(self, line: int, event: Event, label: int) -> None:
        before = self._pending.get(event.process)
        if before:
            raise self._refused(
                line,
                f"process {event.process} invokes an operation while that of line {before[0]} is "
                "open",
            )
        op = self._operation(event.process, event.f, label)
        self._pending[event.process] = (line, op, event)

    def _operation(self, process: int, f: str, label: int) -> int:
        rows = self._columns.operations
        rows.label.append(label)
        rows.process.append(process)
        rows.f.append(f)
        rows.invoke_ns.append(self._now_ns)
        rows.complete_ns.append(None)
        rows.outcome.append("info")
        rows.error.append(0)
        return len(rows.f) - 1

    def _complete(self, line: int, event: Event, label: int) -> None:
        _, op, invoked = self._pending.pop(event.process, (0, 0, None))
        if invoked is None or invoked.f != event.f:
            raise self._refused(
                line, f"process {event.process} completes {event.f!r}, which it did not invoke"
            )
        rows = self._columns.operations
        rows.label[op], rows.complete_ns[op], rows.outcome[op] = label, self._now_ns, event.type
        form = event.form or {}
        if "error" in form:
            name = f"jepsen:{_error_name(form['error'])}"
            errors = self._columns.errors
            rows.error[op] = errors.setdefault(name, len(errors))
        self._understand(line, op, invoked, invoked if event.value is None else event)
        if form.get("rebalance-log"):
            self._rebalance(line, event.process, form["rebalance-log"], label)

    def _understand(self, line: int, op: int, invoked: Event, told: Event) -> None:
        """Take what an operation did."""
        value = told.value or ()
        try:
            if told.f in HOLDING:
                self._holds.setdefault(told.process, set()).add(told.f)
                from_start = invoked.form is not None and invoked.form.get("seek-to-beginning?")
                self._hold(op, () if from_start else value)
                return
            self._transactional |= told.f == "txn" or len(value) > 1
            if told.form is None:
                self._take_plain(op, value)
            else:
                for step in value:
                    self._take(op, step)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise self._refused(line, f"{_shown(value)} is not {SHAPES}") from error

    def _rebalance(self, line: int, process: int, rebalances: Any, label: int) -> None:  # noqa: ANN401
        """Take a rebalance log as a revocation within the operation that ends now."""
        try:
            keys = [key for each in rebalances for key in each["keys"]]
            self._hold(self._operation(process, "revoke", label), keys)
        except (TypeError, ValueError, LookupError) as error:
            raise self._refused(line, f"{_shown(rebalances)} is not {SHAPES}") from error
        rows = self._columns.operations
        rows.complete_ns[-1], rows.outcome[-1] = self._now_ns, "ok"

    def _take_plain(self, op: int, steps: Iterable[Send | Poll]) -> None:
        """Take micro-operations of a plain event."""
        for step in steps:
            if isinstance(step, Send):
                sent = step.sent
                told = (sent.offset, sent.value) if isinstance(sent, Told) else (None, sent)
                self._add(op, step.key, [told], sent=True)
            elif step.records:
                for key, records in step.records.items():
                    self._add(op, key, records, sent=False)

    def _take(self, op: int, step: Any) -> None:  # noqa: ANN401 - what the file holds
        """Take one micro-operation of any other event."""
        if step[0] == "send":
            sent = step[2]
            told = sent if isinstance(sent, list) else (None, sent)
            self._add(op, _named(step[1]), self._known([told]), sent=True)
            return
        if step[0] != "poll":
            raise ValueError(step)
        for key, records in (step[1] or {}).items() if len(step) > 1 else ():
            self._add(op, _named(key), self._known(records), sent=False)

    def _known(self, records: Any) -> list[Record]:  # noqa: ANN401 - as above
        """Records that a table can hold."""
        return [(_offset(offset), self._value(value)) for offset, value in records]

    def _value(self, value: Any) -> int:  # noqa: ANN401 - as above
        if _is_number(value):
            return value
        if value is None or isinstance(value, str):
            words = self._columns.words
            return FAR + words.setdefault(value, len(words))
        raise ValueError(value)

    def _add(self, op: int, key: int | str, records: list[Record], *, sent: bool) -> None:
        count = len(records)
        rows = self._columns.records
        rows.op += [op] * count
        rows.sent += [sent] * count
        rows.log += [self._log(key)] * count
        rows.offset += [offset for offset, _ in records]
        rows.value += [value for _, value in records]

    def _log(self, key: int | str) -> int:
        logs = self._columns.logs
        return logs.setdefault(key, len(logs))

    def _hold(self, op: int, keys: Any) -> None:  # noqa: ANN401 - what the file holds
        logs = dict.fromkeys(self._log(_named(key)) for key in keys)
        self._columns.assignments += [(op, log) for log in logs]


def _named(key: Any) -> int | str:  # noqa: ANN401 - what the file holds
    """A key by its name: of a map it is text in JSON, also where it is a number elsewhere."""
    return int(key) if str(key).lstrip("-").isdigit() else str(key)


def _offset(offset: Any) -> int | None:  # noqa: ANN401 - as above
    if offset is None or (_is_number(offset) and offset >= 0):
        return offset
    raise ValueError(offset)


def _is_number(value: Any) -> TypeGuard[int]:  # noqa: ANN401 - as above
    """Whether it is an integer that a table can hold; Python takes True for one."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < FAR


def _shown(value: Any) -> str:  # noqa: ANN401 - as above
    """A value of the file, as far as a sentence has room for it."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        return "something that is too deep or too long to be shown"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


def _error_name(error: Any) -> str:  # noqa: ANN401 - what the file holds
    """What an error is called: the first word of what the client said."""
    while isinstance(error, (list, dict)) and error:
        error = error[0] if isinstance(error, list) else next(iter(error.values()))
    return str(error).partition("\n")[0][:80]
