"""Faults as values: what to break, on which role, and when.

A fault is named by its kind (`process.kill`); its settings are checked against the settings type
of that kind when a scenario is compiled, so a plan can be read where the fault's code is not.
"""

from typing import Literal

from harness.model.ranges import Fraction, Index, Limit, Seconds, Title, Whole
from harness.model.value import Settings, Value


class Role(Value, frozen=True, kw_only=True):
    """A target by role, resolved to names of services when the step begins.

    Kinds: `leader` and `followers` of a partition (all, or the index-th in order of id),
    `controller`, `broker` (the index-th in order of name; compile draws the index when it is None),
    `brokers` (all), `metadata` (whoever keeps the cluster's metadata: all ZooKeeper servers, or all
    KRaft controllers), `service` (by name), `coordinator` (the broker that coordinates the group of
    the consumers `name`), `transaction-coordinator` (that of the transactions of the producer
    `name`), `member` (the index-th of those consumers, from 0; all of them when it is None), `task`
    (the Connect worker that runs the index-th task, from 0, of the connector that fills the place
    `name`, such as `connect/topics` or `connect/warehouse`), `same` (whatever the step of that name
    resolved to).
    """

    kind: Literal[
        "leader",
        "followers",
        "controller",
        "broker",
        "brokers",
        "metadata",
        "service",
        "transaction-coordinator",
        "coordinator",
        "member",
        "task",
        "same",
    ]
    topic: str | None = None
    partition: Index = 0
    index: Index | None = None
    name: str | None = None

    def __str__(self) -> str:
        number = "?" if self.index is None else self.index
        which = "every member" if self.index is None else f"member {number}"
        words = {
            "leader": f"leader of {self.topic}-{self.partition}",
            "followers": f"followers of {self.topic}-{self.partition}",
            "broker": f"broker number {number}",
            "service": self.name or "?",
            "coordinator": f"coordinator of {self.name}",
            "transaction-coordinator": f"transaction coordinator of {self.name}",
            "member": f"{which} of {self.name}",
            "task": f"worker of task {self.index or 0} of {self.name}",
            "same": f"same as {self.name}",
        }
        return words.get(self.kind, self.kind)


class FaultSpec(Value, frozen=True, kw_only=True):
    """One fault: its kind, its target, its settings (checked by the kind)."""

    kind: str
    target: Role
    settings: Settings = {}


class Heal(Value, frozen=True, kw_only=True):
    """Heal, in mid-run, the fault that the step named `step` injected."""

    step: str


class After(Value, frozen=True, kw_only=True):
    """When a step begins, counted since the step before it was done (or since chaos began).

    All given counts must be reached. `limit_s` bounds the wait for progress: when it passes, the
    step begins anyway and the run records that. `spread` lets the seed vary the counts and the
    seconds by up to that fraction.
    """

    acks: Whole = 0
    """Acknowledged sends, over all producers."""
    sends: Whole = 0
    """Sends begun, over all producers."""
    results: Whole = 0
    """Acknowledged results, over all processors."""
    reads: Whole = 0
    """Records that consumers were done with, over all but tools."""
    changes: Whole = 0
    """Acknowledged changes of topics, over all administrators."""
    offsets: Whole = 0
    """Offsets that topics have grown by, all together: what came through a feed, and markers."""
    elected: str | None = None
    """A topic whose first partition has got another leader."""
    alone: str | None = None
    """A topic of whose first partition nobody but the leader is in sync."""
    rebalanced: str | None = None
    """Consumers or processors whose group has settled with other members than it had."""
    removed: Whole = 0
    """Offsets that logs have lost at their starts, all together: what retention removed."""
    cleaned: bool = False
    """The cleaner has done all it may to what compacted topics held when the wait began."""
    seconds: Seconds = 0.0
    whole: bool = False
    """Every service answers and every partition is fully replicated."""
    limit_s: Limit = 30.0
    spread: Fraction = 0.0


class Step(Value, frozen=True, kw_only=True):
    """One entry of a scenario or a plan: when, and what."""

    name: Title
    after: After
    fault: FaultSpec | None = None
    heal: Heal | None = None
    choices: tuple[FaultSpec, ...] = ()
    """Faults of which the seed draws one when the step is compiled; a plan has none left."""
