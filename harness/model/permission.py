"""A permission: what a setting or a fault allows to happen, and why."""

from dataclasses import dataclass

LOSS = (
    "lost-write",
    "unseen",
    "inconsistent-offsets",
    "nonmonotonic-send",
    "realtime-order",
    "poll-skip",
    "int-poll-skip",
)
"""Kinds of anomaly that a record makes that vanishes: its offset is given to another, later ones
move forward, and until then readers see a gap where the sender was told a place."""

ROLLBACK = (
    *LOSS,
    "ghost",
    "end-moved-back",
    "forked-offset",
    "nonmonotonic-poll",
    "int-nonmonotonic-poll",
    "group-skip",
    "duplicate-processing",
    "uncommitted-skip",
    "committed-repeat",
    "torn-commit",
    "double-processing",
)
"""Those of a partition that goes back behind what readers have seen: they saw what is gone, and go
back themselves."""

OUTDATED = ("missing-row", "stale-row", "resurrected-row", "stale-beyond-bound")
"""Those of a copy that was not given, or did not apply, a change: it shows what was before it."""
COMPACTED = ("missed-change", "torn-transaction", "broken-chain", "missing-tombstone")
"""Those of change topics from which an event is removed."""
UNCAPTURED = (*COMPACTED, *OUTDATED)
"""Those of a change that never gets into topics, there and in copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A setting, the kinds of anomaly it permits, and why."""

    setting: str
    """Or the fault, as the step that injects it."""
    reason: str
    kinds: tuple[str, ...]
    hops: tuple[str, ...] = ()
    """The hops of a pipeline that it speaks of; none: it holds everywhere."""

    @property
    def sentence(self) -> str:
        """The setting and the reason."""
        return f"{self.setting}: {self.reason}"

    def covers(self, hop: str) -> bool:
        """Whether it speaks of `hop`."""
        return not self.hops or hop in self.hops
