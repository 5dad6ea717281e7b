"""What administrators asked of topics and saw of them, topic by topic.

A topic belongs to one administrator, who makes one request after the other, so its changes stand in
order. One that was acknowledged happened then; one that certainly failed never did; any other may
have happened at any time since, or not at all. So a topic has a set of states that it may be in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from harness.checkers.evidence.evidence import Evidence
from harness.model.administration import CHANGES

State: TypeAlias = frozenset[tuple[str, int]]
"""Aspects of a topic that is there, all but `exists`."""
States: TypeAlias = frozenset[State | None]
"""None: it is not there."""
FINAL = "drain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A change that was asked for, or a look."""

    op: int
    f: str
    outcome: str
    ended_ns: int | None
    aspects: dict[str, int]

    @property
    def state(self) -> State:
        """The aspects of a topic that is there."""
        return frozenset((name, value) for name, value in self.aspects.items() if name != "exists")

    def on(self, state: State | None) -> State | None:
        """What becomes of `state` when the change happens."""
        if self.f == "delete":
            return None
        if self.f == "create":
            return self.state if state is None else state
        return None if state is None else frozenset((dict(state) | dict(self.state)).items())


@dataclass(slots=True, kw_only=True)
class TopicHistory:
    """One topic: its changes, looks in mid-run, and the last look."""

    name: str
    changes: list[Operation] = field(default_factory=list)
    looks: list[Operation] = field(default_factory=list)
    listed: Operation | None = None
    described: Operation | None = None

    def ending(self) -> tuple[States, States]:
        """States that it may be in after all its changes, and those that were deleted for good."""
        states: States = frozenset([None])
        pending: list[Operation] = []
        buried: States = frozenset()
        for change in self.changes:
            if change.outcome == "info":
                pending.append(change)
            elif change.outcome == "ok":
                if change.f == "delete":
                    buried |= states
                states = _after(change, states)
            states = _closed(states, pending)
        return states, buried


def topic_histories(evidence: Evidence) -> list[TopicHistory]:
    """Every topic that administrators asked for, in order of its first mention."""
    names = dict(evidence.history.subjects.iter_rows())
    found: dict[int, TopicHistory] = {}
    for subject, final, operation in _operations(evidence):
        topic = found.setdefault(subject, TopicHistory(name=names.get(subject, f"topic {subject}")))
        if operation.f in CHANGES:
            topic.changes.append(operation)
        elif operation.outcome == "ok" and final and operation.f == "list":
            topic.listed = operation
        elif operation.outcome == "ok" and final:
            topic.described = operation
        elif operation.outcome == "ok":
            topic.looks.append(operation)
    return list(found.values())


def looked(evidence: Evidence) -> bool:
    """Whether the cluster told in the end which topics it has."""
    history = evidence.history
    finals = history.processes.filter(history.processes["client"] == FINAL)["process"]
    lists = history.operations.filter(f="list", outcome="ok")
    return bool(lists["process"].is_in(finals.implode()).any())


def _operations(evidence: Evidence) -> Iterator[tuple[int, bool, Operation]]:
    """Every operation on every topic: the topic, whether it is of the final read, what it was."""
    history = evidence.history
    clients = dict(history.processes.select("process", "client").iter_rows())
    grouped = history.aspects.group_by("op", "subject", maintain_order=True).agg("aspect", "value")
    told = grouped.join(history.operations, on="op", maintain_order="left")
    for row in told.iter_rows(named=True):
        yield (
            row["subject"],
            clients.get(row["process"]) == FINAL,
            Operation(
                op=row["op"],
                f=row["f"],
                outcome=row["outcome"],
                ended_ns=row["complete_ns"],
                aspects=dict(zip(row["aspect"], row["value"], strict=True)),
            ),
        )


def _after(change: Operation, states: States) -> States:
    """States after a change that was acknowledged: only those in which it could be granted."""
    could = frozenset(state for state in states if (state is None) == (change.f == "create"))
    return frozenset(change.on(state) for state in could or states)


def _closed(states: States, pending: list[Operation]) -> States:
    """The states, and all to which changes may lead that may happen at any time."""
    while True:
        more = states | {change.on(state) for change in pending for state in states}
        if more == states:
            return states
        states = more
