"""Histories written by hand: for tests, for documentation, for reproducing a report in a few lines.

    build = HistoryBuilder()
    build.process("reader", group="billing")
    build.send("producer", 42, log="orders-0", offset=9)
    build.send("producer", 43, topic="orders", outcome="info", error="producer:_MSG_TIMED_OUT")
    build.poll("reader", [("orders-0", 9, 42)])
    build.drain("drain", [("orders-0", 9, 42)])
    history = build.history()

Calls stand in order of invocation and answer with the operation's index. Times are milliseconds
that count up by themselves, so that operations follow one another; give `invoke_ns` and
`complete_ns` to let them overlap, and `complete_ns=None` for one that never completed.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypedDict, Unpack

from harness.history.flow import NO_FLOW, Flow
from harness.history.history import NOTHING, History
from harness.history.rows import Rows, frame_of
from harness.history.tables import FLOW, NAMES, SCHEMAS

TICK_NS = 1_000_000
NOT_ANY: Mapping[str, int] = MappingProxyType({})
_COLLECTED = [name for name in SCHEMAS if name not in {"origins", *NAMES, *FLOW}]

Record: TypeAlias = tuple[str, int, int]
"""A record as it was read: log, offset, value. Its key is the one that value was sent with."""

Sent: TypeAlias = tuple[str, int | None, int]
"""A record of a transaction as it was sent: log, offset (None: not told), value."""


class Completion(TypedDict, total=False):
    """How and when an operation went; everything left out is `ok` and follows the one before."""

    outcome: Literal["ok", "fail", "info"]
    error: str
    invoke_ns: int
    complete_ns: int | None


class HistoryBuilder:
    """Collects operations one call at a time; `history()` gives the tables."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._origins: dict[int, int] = {}
        self._subjects: dict[str, int] = {}
        self._processes: dict[str, tuple[int, str, str, str, str | None]] = {}
        self._earlier: list[tuple[int, str, str, str, str | None]] = []
        self._topics: dict[str, int] = {}
        self._logs: dict[str, tuple[int, int, str, int]] = {}
        self._errors: dict[str, int] = {"": 0}
        self._keys: dict[int, int] = {}
        self._now_ns = 0
        self._invoked_ns = 0

    @property
    def now_ns(self) -> int:
        """When the last operation completed, or was invoked if its times were given."""
        return self._now_ns

    def process(
        self,
        name: str,
        *,
        client: str = "consumer",
        kind: str | None = None,
        group: str | None = None,
    ) -> int:
        """Declare a process; one that is not declared is what its first operation suggests.

        Of several with one name, operations belong to the last.
        """
        number = len(self._earlier) + len(self._processes)
        if name in self._processes:
            self._earlier.append(self._processes[name])
        self._processes[name] = (number, name, client, kind or client, group)
        return number

    def log(self, name: str) -> int:
        """The number of the log `topic-partition`, declared on first use."""
        if name not in self._logs:
            topic, _, partition = name.rpartition("-")
            self._logs[name] = (len(self._logs), self._topic(topic), name, int(partition))
        return self._logs[name][0]

    def send(
        self,
        process: str,
        value: int,
        *,
        log: str | None = None,
        offset: int | None = None,
        key: int = NOTHING,
        deletes: bool = False,
        topic: str | None = None,
        **completion: Unpack[Completion],
    ) -> int:
        """Send `value`; `log` and `offset` are what the client was told, `topic` what it asked.

        One that `deletes` its key is a tombstone.
        """
        if deletes:
            self.rows.add("tombstones", value=value)
        op = self.operation("send", process, "producer", completion)
        topic = topic or (log.rpartition("-")[0] if log else "orders")
        self._keys[value] = key
        told = None if log is None else self.log(log)
        number = self._topic(topic)
        self.rows.add("sends", op=op, topic=number, key=key, value=value, log=told, offset=offset)
        return op

    def poll(
        self, process: str, records: Iterable[Record] = (), **completion: Unpack[Completion]
    ) -> int:
        """Poll `records`, in the order they were handed out."""
        op = self.operation("poll", process, "consumer", completion)
        self._read(op, records)
        return op

    def drain(
        self, process: str, records: Iterable[Record] = (), **completion: Unpack[Completion]
    ) -> int:
        """Read `records` as a part of the final read."""
        op = self.operation("drain", process, "drain", completion)
        self._read(op, records)
        return op

    def txn(
        self,
        process: str,
        *,
        sends: Iterable[Sent] = (),
        reads: Iterable[Record] = (),
        commits: Mapping[str, int] = NOT_ANY,
        **completion: Unpack[Completion],
    ) -> int:
        """Send and poll several records, and commit offsets, in one transaction."""
        op = self.operation("txn", process, "producer", completion)
        for log, offset, value in sends:
            number = self.log(log)
            self._keys[value] = NOTHING
            sent = {"topic": self._logs[log][1], "key": NOTHING, "value": value}
            self.rows.add("sends", op=op, log=number, offset=offset, **sent)
        self._read(op, reads)
        self._commit(op, commits)
        return op

    def subscribe(
        self, process: str, logs: Iterable[str] = (), **completion: Unpack[Completion]
    ) -> int:
        """Subscribe; `logs` are those held from then on (usually none yet)."""
        return self._assignment("subscribe", process, logs, completion)

    def assign(
        self,
        process: str,
        logs: Iterable[str],
        *,
        generation: int | None = None,
        **completion: Unpack[Completion],
    ) -> int:
        """Hold `logs` from now on, and no others; `generation` is the group's."""
        op = self._assignment("assign", process, logs, completion)
        if generation is not None:
            self.rows.add("generations", op=op, generation=generation)
        return op

    def revoke(self, process: str, logs: Iterable[str], **completion: Unpack[Completion]) -> int:
        """Lose `logs`."""
        return self._assignment("revoke", process, logs, completion)

    def commit(
        self, process: str, offsets: Mapping[str, int], **completion: Unpack[Completion]
    ) -> int:
        """Commit the next offset to read of each log."""
        op = self.operation("commit", process, "consumer", completion)
        self._commit(op, offsets)
        return op

    def administer(
        self,
        process: str,
        f: str,
        topic: str,
        aspects: Mapping[str, int] = NOT_ANY,
        *,
        client: str = "administrator",
        **completion: Unpack[Completion],
    ) -> int:
        """Ask for `aspects` of a topic, or see them: `f` is one of the operations on topics.

        The final read is of a process whose `client` is `drain`.
        """
        op = self.operation(f, process, client, completion)
        subject = self._subjects.setdefault(topic, len(self._subjects))
        for aspect, value in aspects.items():
            self.rows.add("aspects", op=op, subject=subject, aspect=aspect, value=value)
        return op

    def made(self, value: int, *, origin: int) -> None:
        """Say that the record `value` was made from the record `origin`."""
        self._origins[value] = origin

    def wrote(
        self,
        process: str,
        entries: Iterable[tuple[str, int | None]],
        **completion: Unpack[Completion],
    ) -> int:
        """What a group's coordinator wrote: offsets by log, in its order; None forgets one."""
        op = self.operation("drain", process, "coordinator", completion)
        for log, offset in entries:
            written = NOTHING if offset is None else offset
            self.rows.add("offsets", op=op, log=self.log(log), offset=written)
        return op

    def history(self, flow: Flow = NO_FLOW) -> History:
        """The tables of everything so far; `flow` is what a `FlowBuilder` collected beside them."""
        named: dict[str, list[Any]] = {
            "subjects": [(number, name) for name, number in self._subjects.items()],
            "processes": [*self._earlier, *self._processes.values()],
            "logs": list(self._logs.values()),
            "origins": list(self._origins.items()),
        }
        return History(
            **self.rows.frames(_COLLECTED),  # type: ignore[arg-type]
            **{name: frame_of(name, rows) for name, rows in named.items()},  # type: ignore[arg-type]
            errors=tuple(self._errors),
            flow=flow,
        )

    def operation(self, f: str, process: str, client: str, completion: Completion) -> int:
        """An operation without records, which other builders fill; answers with its index."""
        if process not in self._processes:
            self.process(process, client=client)
        invoke_ns = completion.get("invoke_ns", self._now_ns + TICK_NS)
        if invoke_ns < self._invoked_ns:
            raise ValueError(f"{f} by {process} is invoked before the operation written above it")
        complete_ns = completion.get("complete_ns", invoke_ns + TICK_NS)
        if complete_ns is not None and complete_ns < invoke_ns:
            raise ValueError(f"{f} by {process} completes before it is invoked")
        self._invoked_ns = invoke_ns
        self._now_ns = invoke_ns if "complete_ns" in completion else invoke_ns + TICK_NS
        error = self._errors.setdefault(completion.get("error", ""), len(self._errors))
        outcome = completion.get("outcome", "info" if complete_ns is None else "ok")
        number = self._processes[process][0]
        op = self.rows.count("operations")
        self.rows.add(
            "operations",
            op=op,
            process=number,
            f=f,
            invoke_ns=invoke_ns,
            complete_ns=complete_ns,
            outcome=outcome,
            error=error,
        )
        return op

    def _assignment(self, f: str, process: str, logs: Iterable[str], completion: Completion) -> int:
        op = self.operation(f, process, "consumer", completion)
        for log in logs:
            self.rows.add("assignments", op=op, log=self.log(log))
        return op

    def _commit(self, op: int, offsets: Mapping[str, int]) -> None:
        for log, offset in offsets.items():
            self.rows.add("commits", op=op, log=self.log(log), offset=offset)

    def _read(self, op: int, records: Iterable[Record]) -> None:
        for log, offset, value in records:
            key = self._keys.get(value, NOTHING)
            number = self.log(log)
            self.rows.add("reads", op=op, log=number, offset=offset, key=key, value=value)

    def _topic(self, name: str) -> int:
        return self._topics.setdefault(name, len(self._topics))
