"""Wait conditions: what must have happened before a step begins, counted since the wait began.

Each kind of condition is one class. It says what it needs of a scenario, looks at traffic and
cluster, lets the seed vary it, and says itself as a phrase. `WaitCondition` is any of them.
"""

from collections.abc import Mapping
from typing import ClassVar, Self, TypeAlias

import msgspec

from harness.kit.counts import counted
from harness.model.ports.surroundings import Probe, Surroundings
from harness.model.ranges import Seconds, Whole
from harness.model.value import Value


class ConditionBase(Value, frozen=True, kw_only=True, tag_field="kind"):
    """What is common to all conditions."""

    noun: ClassVar[str] = ""
    """What `subject` names; empty: nothing."""

    @property
    def subject(self) -> str:
        """The name, in the scenario, of what it waits for."""
        return ""

    @property
    def least_s(self) -> float:
        """The seconds that it takes at least."""
        return 0.0

    def misfit(self, _made: Mapping[str, bool]) -> str | None:
        """Why it can never come; `made` says by kind what the workload makes."""
        return None

    def varied(self, _factor: float) -> Self:
        """The condition as the seed wants it."""
        return self


class _Counted(ConditionBase, frozen=True, kw_only=True):
    counts: ClassVar[str]
    """What it counts, one of them; `{entry}` is how data enters a run: a send, a write."""
    count: Whole

    @property
    def kind(self) -> str:
        """Its tag, by which scenarios speak of it."""
        return str(self.__struct_config__.tag)

    def misfit(self, made: Mapping[str, bool]) -> str | None:
        """Something makes what it counts."""
        if made.get(self.kind, True) or not self.count:
            return None
        return (
            f"waits for {self.kind}, which the workload does not produce; wait for acks or seconds"
        )

    def varied(self, factor: float) -> Self:
        """More or less of them."""
        return msgspec.structs.replace(self, count=round(self.count * factor))

    def probe(self, seen: Surroundings) -> Probe:
        """Compare with the number when the wait began."""
        wanted = self.now(seen) + self.count

        def probe() -> str | None:
            now = self.now(seen)
            return None if now >= wanted else f"{now:,} of {self._told(wanted, 'send')}"

        return probe

    def now(self, seen: Surroundings) -> int:
        """How many there are."""
        raise NotImplementedError

    def phrase(self, entry: str) -> str:
        """`100 acknowledged sends`."""
        return self._told(self.count, entry)

    def _told(self, count: int, entry: str) -> str:
        return counted(count, self.counts.format(entry=entry))


class Acks(_Counted, frozen=True, kw_only=True, tag="acks"):
    """Acknowledged sends or writes, over all producers and writers."""

    counts: ClassVar[str] = "acknowledged {entry}"

    def now(self, seen: Surroundings) -> int:
        """So far."""
        return seen.acked


class Sends(_Counted, frozen=True, kw_only=True, tag="sends"):
    """Sends or writes begun, over all producers and writers."""

    counts: ClassVar[str] = "{entry}"

    def now(self, seen: Surroundings) -> int:
        """So far."""
        return seen.sent


class Results(_Counted, frozen=True, kw_only=True, tag="results"):
    """Acknowledged results, over all processors."""

    counts: ClassVar[str] = "result"

    def now(self, seen: Surroundings) -> int:
        """So far."""
        return seen.results


class Changes(_Counted, frozen=True, kw_only=True, tag="changes"):
    """Acknowledged changes of topics, over all administrators."""

    counts: ClassVar[str] = "topic change"

    def now(self, seen: Surroundings) -> int:
        """So far."""
        return seen.changes


class Reads(_Counted, frozen=True, kw_only=True, tag="reads"):
    """Records that consumers have processed, over all but tools."""

    counts: ClassVar[str] = "read record"

    def now(self, seen: Surroundings) -> int:
        """So far."""
        return seen.reads


class Elapsed(ConditionBase, frozen=True, kw_only=True, tag="seconds"):
    """Time has passed."""

    seconds: Seconds

    @property
    def least_s(self) -> float:
        """All of it."""
        return self.seconds

    def varied(self, factor: float) -> Self:
        """More or less of it."""
        return msgspec.structs.replace(self, seconds=round(self.seconds * factor, 3))

    def probe(self, seen: Surroundings) -> Probe:
        """Compare with the time when the wait began."""
        until_ns = seen.now_ns() + int(self.seconds * 1e9)

        def probe() -> str | None:
            left_ns = until_ns - seen.now_ns()
            return f"{left_ns / 1e9:.3f} s of {self.seconds:g} s are left" if left_ns > 0 else None

        return probe

    def phrase(self, _entry: str) -> str:
        """`2 s`."""
        return f"{self.seconds:g} s"


class _OfTopic(ConditionBase, frozen=True, kw_only=True):
    noun: ClassVar[str] = "topic"
    topic: str

    @property
    def subject(self) -> str:
        return self.topic


class Elected(_OfTopic, frozen=True, kw_only=True, tag="elected"):
    """The first partition of a topic has another leader than when the wait began."""

    def probe(self, seen: Surroundings) -> Probe:
        """Compare leaders."""

        def leader() -> int | None:
            first = seen.first_partition(self.topic)
            return None if first is None else first.leader

        before = leader()
        return lambda: f"{self.topic} has no other leader" if leader() in (None, before) else None

    def phrase(self, _entry: str) -> str:
        """`an election in orders`."""
        return f"an election in {self.topic}"


class Alone(_OfTopic, frozen=True, kw_only=True, tag="alone"):
    """No replica but the leader is in sync with the first partition of a topic."""

    def probe(self, seen: Surroundings) -> Probe:
        """Look at the ISR."""

        def probe() -> str | None:
            first = seen.first_partition(self.topic)
            if first is None or first.leader is None or first.isr != (first.leader,):
                return f"the ISR of {self.topic} contains followers"
            return None

        return probe

    def phrase(self, _entry: str) -> str:
        """`the leader of orders is alone in sync`."""
        return f"the leader of {self.topic} is the only in-sync replica"


class Rebalanced(ConditionBase, frozen=True, kw_only=True, tag="rebalanced"):
    """The group of these consumers or processors has settled with other members than it had."""

    noun: ClassVar[str] = "group"
    group: str

    @property
    def subject(self) -> str:
        """The group."""
        return self.group

    def probe(self, seen: Surroundings) -> Probe:
        """Compare members."""
        _, before = seen.members(self.group)

        def probe() -> str | None:
            settled, members = seen.members(self.group)
            if not settled or members == before:
                return f"{self.group} has not settled with other members"
            return None

        return probe

    def phrase(self, _entry: str) -> str:
        """`a rebalance of billing`."""
        return f"a rebalance of {self.group}"


class Offsets(_Counted, frozen=True, kw_only=True, tag="offsets"):
    """Offsets that topics have grown by, all together: records of a feed, and markers."""

    counts: ClassVar[str] = "new offset"

    def now(self, seen: Surroundings) -> int:
        """So far."""
        return seen.offsets


class Removed(_Counted, frozen=True, kw_only=True, tag="removed"):
    """Offsets that partitions have lost at their starts, all together: retention removed them."""

    counts: ClassVar[str] = "removed record"

    def now(self, seen: Surroundings) -> int:
        """So far."""
        return seen.removed


class FullyReplicated(ConditionBase, frozen=True, kw_only=True, tag="whole"):
    """Every service answers and every partition is fully replicated."""

    def probe(self, seen: Surroundings) -> Probe:
        """Ask the stack."""
        return seen.unhealthy

    def phrase(self, _entry: str) -> str:
        """Said of the stack."""
        return "full replication"


class Cleaned(ConditionBase, frozen=True, kw_only=True, tag="cleaned"):
    """The cleaner has finished with what compacted topics held when the wait began."""

    def probe(self, seen: Surroundings) -> Probe:
        """Ask the traffic, which knows its topics."""
        return seen.uncleaned()

    def phrase(self, _entry: str) -> str:
        """Said of the cleaner."""
        return "the cleaner's work"


WaitCondition: TypeAlias = (
    Acks
    | Sends
    | Results
    | Changes
    | Reads
    | Elapsed
    | Elected
    | Alone
    | Rebalanced
    | Offsets
    | Removed
    | FullyReplicated
    | Cleaned
)
