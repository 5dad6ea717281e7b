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

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeGuard

import msgspec
import polars as pl

from harness.history import history as tables
from harness.history.edn import EdnError, read_forms
from harness.history.history import NOTHING, History, Labels
from harness.kit.errors import UsageError

IS_JSON = re.compile(r'\s*\[?\s*\{\s*"')
PASSED_OVER = ("crash", "debug-topic-partitions")
RECORDS = ("send", "poll", "txn")
HOLDING = ("subscribe", "assign")
GROUP = "of all who subscribe"
FAR = 1 << 61
"""Further than any offset or clock gets; sums and differences still fit into 64 bits."""
SHOWN = 300
SHAPES = (
    "what a Kafka workload holds there: [:send k v], [:send k [offset v]], [:poll] or "
    "[:poll {k [[offset v] …]}]; of subscribe and assign, keys; as :rebalance-log, [{:keys [k …]}]"
)

Event: TypeAlias = dict[str, Any]
Key: TypeAlias = int | str


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
    for line, event in _events(text, path):
        reader.add(line, event)
    return reader.finish()


def _events(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    """Every event with its line; one vector or array around all of them is taken off."""
    try:
        for line, form in _json(text, path) if IS_JSON.match(text) else read_forms(text):
            yield from ((line, each) for each in form) if isinstance(form, list) else [(line, form)]
    except EdnError as error:
        raise UsageError(f"{path}, line {error.line}: this is not EDN: {error}") from error


def _json(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    lines = [text] if text.lstrip().startswith("[") else text.split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                yield number, msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise UsageError(f"{path}, line {number}: this is not JSON: {error}") from error


@dataclass(slots=True)
class _Pending:
    """An operation that has been invoked."""

    line: int
    op: int
    event: Event


@dataclass(slots=True)
class _Columns:
    """Rows of the tables, each an operation's number and what else the table holds."""

    operations: list[list[Any]] = field(default_factory=list)
    sends: list[tuple[int, int, int, int, int, int | None]] = field(default_factory=list)
    reads: list[tuple[int, int, int | None, int, int]] = field(default_factory=list)
    assignments: list[tuple[int, int]] = field(default_factory=list)
    commits: list[tuple[int, int, int]] = field(default_factory=list)


class _Reader:
    """Takes events in order, and makes tables of them."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._rows = _Columns()
        self._pending: dict[int, _Pending] = {}
        self._labels: list[int] = []
        self._logs: dict[Key, int] = {}
        self._values: dict[tuple[int, Any], int] = {}
        self._errors: dict[str, int] = {"": 0}
        self._holds: dict[int, set[str]] = {}
        self._reached: dict[int, int] = {}
        self._transactional = False
        self._now_ns = 0
        self._count = 0
        self._timed: bool | None = None

    def add(self, line: int, event: object) -> None:
        """Take the event that begins on `line`."""
        if not isinstance(event, dict) or "type" not in event or "f" not in event:
            raise self._refused(line, "this is no event: a map with :type, :f and :process")
        position, self._count = self._count, self._count + 1
        process, f, kind = event.get("process"), event["f"], event["type"]
        if isinstance(process, bool):
            raise self._refused(line, f"a process is a number or a name, not {process!r}")
        if not isinstance(process, int) or f in PASSED_OVER:
            return
        if f not in RECORDS + HOLDING:
            known = ", ".join(RECORDS + HOLDING + PASSED_OVER)
            raise self._refused(
                line, f"{_shown(f)} is no operation of the Kafka workload ({known})"
            )
        self._tell_time(line, event, position)
        index = event.get("index")
        label = index if _is_number(index) else position
        if kind == "invoke":
            self._invoke(line, process, event, label)
        elif kind in ("ok", "fail", "info"):
            self._complete(line, process, event, label)
        else:
            raise self._refused(line, f"an event is invoke, ok, fail or info, not {_shown(kind)}")

    def finish(self) -> JepsenHistory:
        """The tables of all events."""
        for pending in self._pending.values():
            self._understand(pending, pending.event)
        if not self._rows.operations:
            raise UsageError(f"{self._source} holds no operation of a process: nothing to judge")
        self._find_strays()
        members = {process for process, how in self._holds.items() if how == {"subscribe"}}
        return JepsenHistory(
            self._history(members), subscribes=bool(members), transactional=self._transactional
        )

    def _refused(self, line: int, why: str) -> UsageError:
        return UsageError(f"{self._source}, line {line}: {why}")

    def _tell_time(self, line: int, event: Event, position: int) -> None:
        time = event.get("time")
        timed = _is_number(time)
        if time is not None and not timed:
            raise self._refused(line, f"a :time is nanoseconds, not {_shown(time)}")
        if self._timed is None:
            self._timed = timed
        elif self._timed is not timed:
            raise self._refused(line, "some events have a :time and others do not; take it off all")
        # The order in the file is the order of events: clocks of threads may differ a little.
        self._now_ns = max(self._now_ns, int(time) if time is not None and timed else position)

    def _invoke(self, line: int, process: int, event: Event, label: int) -> None:
        before = self._pending.get(process)
        if before:
            raise self._refused(
                line,
                f"process {process} invokes an operation while that of line {before.line} is open",
            )
        op = self._operation(process, event["f"], label)
        self._pending[process] = _Pending(line, op, event)

    def _operation(self, process: int, f: str, label: int) -> int:
        op = len(self._rows.operations)
        self._rows.operations.append([op, process, f, self._now_ns, None, "info", 0])
        self._labels.append(label)
        return op

    def _complete(self, line: int, process: int, event: Event, label: int) -> None:
        pending = self._pending.pop(process, None)
        if pending is None or pending.event["f"] != event["f"]:
            raise self._refused(
                line, f"process {process} completes {event['f']!r}, which it did not invoke"
            )
        pending.line = line
        self._labels[pending.op] = label
        row = self._rows.operations[pending.op]
        row[4], row[5] = self._now_ns, event["type"]
        if "error" in event:
            name = f"jepsen:{_error_name(event['error'])}"
            row[6] = self._errors.setdefault(name, len(self._errors))
        told = pending.event if event.get("value") is None else event
        self._understand(pending, told)
        if event["type"] == "ok":
            self._rows.commits += [
                (pending.op, log, position) for log, position in self._reached.items()
            ]
        if event.get("rebalance-log"):
            self._rebalance(line, process, event["rebalance-log"], label)

    def _understand(self, pending: _Pending, event: Event) -> None:
        """Take what an operation did."""
        self._reached = {}
        value = event.get("value") or ()
        try:
            if event["f"] in HOLDING:
                process = self._rows.operations[pending.op][1]
                self._holds.setdefault(process, set()).add(event["f"])
                self._hold(pending.op, () if pending.event.get("seek-to-beginning?") else value)
                return
            self._transactional |= event["f"] == "txn" or len(value) > 1
            for step in value:
                self._step(pending.op, step)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise self._refused(pending.line, f"{_shown(value)} is not {SHAPES}") from error

    def _rebalance(self, line: int, process: int, rebalances: Any, label: int) -> None:  # noqa: ANN401
        """Take a rebalance log as a revocation within the operation that ends now."""
        try:
            keys = [key for each in rebalances for key in each["keys"]]
            self._hold(self._operation(process, "revoke", label), keys)
        except (TypeError, ValueError, LookupError) as error:
            raise self._refused(line, f"{_shown(rebalances)} is not {SHAPES}") from error
        self._rows.operations[-1][4:6] = [self._now_ns, "ok"]

    def _step(self, op: int, step: Any) -> None:  # noqa: ANN401 - what the file holds
        """Take one micro-operation."""
        if step[0] == "send":
            log, sent = self._log(step[1]), step[2]
            offset, value = sent if isinstance(sent, list) else (None, sent)
            self._rows.sends.append((op, 0, NOTHING, self._value(log, value), log, _offset(offset)))
            return
        if step[0] != "poll":
            raise ValueError(step)
        for key, records in (step[1] or {}).items() if len(step) > 1 else ():
            log = self._log(key)
            for offset, value in records:
                number = self._value(log, value)
                self._rows.reads.append((op, log, _offset(offset), NOTHING, number))
                self._reached[log] = max(self._reached.get(log, 0), (offset or 0) + 1)

    def _hold(self, op: int, keys: Any) -> None:  # noqa: ANN401 - what the file holds
        self._rows.assignments += [(op, log) for log in dict.fromkeys(map(self._log, keys))]

    def _log(self, key: Any) -> int:  # noqa: ANN401 - as above
        # A key of a map is text in JSON, also where it is a number elsewhere.
        named: Key = int(key) if str(key).lstrip("-").isdigit() else str(key)
        return self._logs.setdefault(named, len(self._logs))

    def _value(self, log: int, value: Any) -> int:  # noqa: ANN401 - as above
        if value is not None and not isinstance(value, str) and not _is_number(value):
            raise ValueError(value)
        return self._values.setdefault((log, value), len(self._values))

    def _find_strays(self) -> None:
        """Give reads without an offset the one that others know; find whose strange values are.

        A value that was read from a log it was not sent to, and that was sent to exactly one other,
        is that other's: it was misrouted. One that was sent to several may be any of them.
        """
        sent = {row[3] for row in self._rows.sends}
        senders: dict[Any, list[int]] = {}
        for (_, value), number in self._values.items():
            if number in sent:
                senders.setdefault(value, []).append(number)
        strays = {
            number: owners[0]
            for (_, value), number in self._values.items()
            if number not in sent and len(owners := senders.get(value, [])) == 1
        }
        places = {row[3]: row[5] for row in self._rows.sends if row[5] is not None}
        places |= {row[4]: row[2] for row in self._rows.reads if row[2] is not None}
        self._rows.reads = [
            (op, log, self._place(op, places.get(number)) if offset is None else offset, key, whose)
            for op, log, offset, key, number in self._rows.reads
            for whose in [strays.get(number, number)]
        ]

    def _place(self, op: int, known: int | None) -> int:
        if known is None:
            raise UsageError(
                f"{self._source}: operation {self._labels[op]} polled a record at no offset, and "
                "no other operation tells where it stands; take that record out"
            )
        return known

    def _history(self, members: set[int]) -> History:
        rows = self._rows
        processes = sorted({row[1] for row in rows.operations})
        number = {process: place for place, process in enumerate(processes)}
        for row in rows.operations:
            if row[2] in RECORDS and self._transactional:
                row[2] = "txn"
        in_group = {row[0] for row in rows.operations if row[1] in members and row[2] == "txn"}
        for row in rows.operations:
            row[1] = number[row[1]]
        return History(
            operations=_frame(rows.operations, tables.OPERATIONS),
            sends=_frame(rows.sends, tables.SENDS),
            reads=_frame(rows.reads, tables.READS),
            assignments=_frame(rows.assignments, tables.ASSIGNMENTS),
            commits=_frame([row for row in rows.commits if row[0] in in_group], tables.COMMITS),
            processes=_frame(
                [
                    (place, f"process {name}", "both", "both", GROUP if name in members else None)
                    for name, place in number.items()
                ],
                tables.PROCESSES,
            ),
            logs=_frame(
                [(log, 0, f"key-{key}", log) for key, log in self._logs.items()], tables.LOGS
            ),
            errors=tuple(self._errors),
            labels=Labels(
                operations=self._labels,
                values=[value for _, value in self._values],
                logs=list(self._logs),
            ),
        )


def _frame(rows: list[Any], schema: pl.Schema) -> pl.DataFrame:
    """Rows as a table, in order of their operations."""
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.sort("op", maintain_order=True) if "op" in schema else frame


def _offset(offset: Any) -> int | None:  # noqa: ANN401 - what the file holds
    if offset is None:
        return None
    if _is_number(offset) and offset >= 0:
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
