"""A consumer group as its coordinator sees it: members, generations, range assignment, offsets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.backends.fake.clock import VirtualClock
from harness.backends.fake.kafka.record import Log
from harness.backends.fake.process import Life
from harness.backends.fake.seams import Seams
from harness.kit.waits import NS_PER_S
from harness.systems.kafka.group_metadata import metadata_of


@dataclass(slots=True, eq=False)
class Member:
    """One member, by the order in which members first came."""

    number: int
    topics: tuple[str, ...]
    client: str
    poll_limit_s: float
    polled_ns: int
    session_s: float
    heard_ns: int
    """When the coordinator had its last heartbeat, as far as it has looked."""
    alive: Life
    generation: int = 0
    """The generation whose assignment it holds; 0 is none."""
    joined: bool = True
    """Whether it has joined the generation that is being prepared."""
    evicted: bool = False
    assigned: list[Log] = field(default_factory=list)


class Group:
    """The state of one group.

    Rebalances are eager: when a member comes or goes, all give up what they hold and join anew;
    when all have joined there is a new generation.
    """

    def __init__(self, name: str, clock: VirtualClock, seams: Seams) -> None:
        self.name = name
        self.generation = 0
        self.offsets: dict[Log, int] = {}
        self.pending: Counter[Log] = Counter()
        """How many open transactions are to commit an offset of a log."""
        self._clock = clock
        self._seams = seams
        self._members: dict[int, Member] = {}
        self._preparing = False
        self._emptied_ns = clock.now_ns()

    @property
    def exists(self) -> bool:
        """Whether anybody ever joined it, or set where it stands."""
        return bool(self.generation or self._members or self.offsets)

    @property
    def empty(self) -> bool:
        """Whether it has no members."""
        return not self._members

    @property
    def empty_s(self) -> float:
        """For how long it has had no members; 0 while it has some."""
        return (self._clock.now_ns() - self._emptied_ns) / NS_PER_S if self.empty else 0.0

    @property
    def members(self) -> tuple[Member, ...]:
        """Its members, in the order in which they first came."""
        return tuple(self._members[number] for number in sorted(self._members))

    @property
    def preparing(self) -> bool:
        """Whether members have to give up what they hold and join anew."""
        return self._preparing

    def join(self, member: Member) -> None:
        """Let `member` come, or join the next generation."""
        if member.number not in self._members:
            member.assigned = []
            self._prepare()
        member.evicted = False
        member.joined = True
        self._members[member.number] = member

    def leave(self, member: Member) -> None:
        """Let `member` go."""
        if self.knows(member):
            del self._members[member.number]
            self._emptied_ns = self._clock.now_ns()
            self._prepare()

    def knows(self, member: Member) -> bool:
        """Whether `member` is one of its members."""
        return self._members.get(member.number) is member

    def load(self, offsets: Mapping[Log, int]) -> None:
        """Be what its new coordinator finds in its log; where that has lost it, begin anew."""
        if self.offsets and not offsets:
            self._members.clear()
            self._preparing = False
            self.generation = 0
            self._emptied_ns = self._clock.now_ns()
        self.offsets = dict(offsets)

    def evict_idle(self) -> None:
        """Remove members that have not polled, or sent heartbeats, for too long."""
        now = self._clock.now_ns()
        for member in list(self._members.values()):
            if member.alive():
                member.heard_ns = now
            silent = now - member.heard_ns > member.session_s * NS_PER_S
            if silent or now - member.polled_ns > member.poll_limit_s * NS_PER_S:
                member.evicted = True
                self.leave(member)

    def complete(self, topics: Mapping[str, int]) -> None:
        """Begin the next generation if all members have joined it.

        Args:
            topics: every topic there is → its number of partitions.
        """
        gathered = all(each.joined for each in self._members.values())
        if not self._preparing or not (gathered or not self._seams.gathers):
            return
        self._preparing = False
        self.generation += 1
        members = [self._members[number] for number in sorted(self._members)]
        for member in members:
            member.assigned = []
        for topic in sorted({topic for member in members for topic in member.topics}):
            subscribed = [member for member in members if topic in member.topics]
            _assign_range(topic, topics.get(topic, 0), subscribed)
        self._seams.share({member.number: member.assigned for member in members})

    def accepts(self, member: Member | None) -> bool:
        """Whether a commit by `member` (None: a reader that is no member) is allowed now."""
        if member is None:
            return self.empty
        return self.knows(member) and member.generation == self.generation

    def _prepare(self) -> None:
        self._preparing = True
        for member in self._members.values():
            member.joined = False


@dataclass(frozen=True, slots=True)
class GroupMetadata:
    """A member, or none, of a group as it was when it was asked."""

    group: Group
    member: Member | None
    generation: int

    @property
    def is_current(self) -> bool:
        """Whether the group would still take a commit from it."""
        same = self.member is None or self.member.generation == self.generation
        return same and self.group.accepts(self.member)

    def __bytes__(self) -> bytes:
        """What librdkafka would hand out."""
        return metadata_of(self.generation or -1, self.group.name)


def _assign_range(topic: str, partitions: int, members: Sequence[Member]) -> None:
    """Give neighbouring partitions to each member, the first ones getting one more."""
    share, rest = divmod(partitions, len(members))
    first = 0
    for place, member in enumerate(members):
        count = share + (1 if place < rest else 0)
        member.assigned += [(topic, number) for number in range(first, first + count)]
        first += count
