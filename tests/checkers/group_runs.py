"""A consumer group that does everything right, in small, and ways to break it.

Members come and go; each generation gives every log to one of them, which goes on where the group
has committed, polls, and commits, with an answer or without one. Now and then an administrator
resets a log while nobody holds it. What the coordinator wrote is read in the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from harness.history.build import HistoryBuilder
from harness.history.history import History
from tests.checkers.verdicts import drained

LOGS = ("orders-0", "orders-1")
MEMBERS = ("billing-0", "billing-1")
GROUP = "group"
RECORDS = 12

Act: TypeAlias = tuple[str, str, dict[str, int], str]
"""What (assign, revoke, poll, commit), by whom, offsets by log, and how it ended."""


@dataclass
class GroupRun:
    """Acts in order, and what the coordinator wrote, still open to be broken."""

    acts: list[Act] = field(default_factory=list)
    generations: dict[int, int] = field(default_factory=dict)
    """Place of an assign among the acts → its generation."""
    written: list[tuple[str, int | None]] = field(default_factory=list)
    stands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LOGS, 0))

    def act(self, what: str, who: str, offsets: dict[str, int], ended: str = "ok") -> None:
        """Let something happen."""
        self.acts.append((what, who, offsets, ended))

    def history(self) -> History:
        """The tables."""
        build = HistoryBuilder()
        for member in MEMBERS:
            build.process(member, kind="billing", group=GROUP)
        build.process("admin", client="administrator", kind="billing", group=GROUP)
        build.process("coordinator", client="coordinator", kind="billing", group=GROUP)
        values = {(log, at): 100 * n + at for n, log in enumerate(LOGS) for at in range(RECORDS)}
        for (log, at), value in values.items():
            build.send("p", value, log=log, offset=at)
        for place, (what, who, offsets, ended) in enumerate(self.acts):
            match what:
                case "assign":
                    build.assign(who, offsets, generation=self.generations.get(place))
                case "revoke":
                    build.revoke(who, offsets)
                case "poll":
                    build.poll(who, [(log, at, values[log, at]) for log, at in offsets.items()])
                case _:
                    build.commit(who, offsets, outcome=ended)  # type: ignore[arg-type]
        build.wrote("coordinator", self.written)
        build.drain("d", [(log, at, value) for (log, at), value in values.items()])
        return build.history()


FACTS = drained(RECORDS, RECORDS)


def legal_group(random: Random, generations: int) -> GroupRun:
    """A run of so many generations."""
    run = GroupRun()
    for generation in range(1, generations + 1):
        if random.random() < 0.2:
            log, to = random.choice(LOGS), random.randrange(RECORDS)
            _commit(run, random, "admin", log, to, always=True)
        owners = {log: random.choice(MEMBERS) for log in LOGS}
        for member in MEMBERS:
            mine = {log: 0 for log, owner in owners.items() if owner == member}
            run.generations[len(run.acts)] = generation
            run.act("assign", member, mine)
        at = dict(run.stands)
        for _ in range(random.randrange(6)):
            log = random.choice(LOGS)
            if at[log] < RECORDS and random.random() < 0.7:
                run.act("poll", owners[log], {log: at[log]})
                at[log] += 1
            elif at[log] > run.stands[log]:
                _commit(run, random, owners[log], log, at[log])
        for member in MEMBERS:
            run.act("revoke", member, {log: 0 for log in LOGS if owners[log] == member})
    return run


def _commit(
    run: GroupRun, random: Random, who: str, log: str, offset: int, *, always: bool = False
) -> None:
    ended = "ok" if always else random.choice(["ok", "ok", "ok", "info", "fail"])
    run.act("commit", who, {log: offset}, ended)
    if ended == "ok" or (ended == "info" and random.random() < 0.5):
        run.stands[log] = offset
        run.written.append((log, offset))


Break: TypeAlias = Callable[[GroupRun, Random], None]
"""Goes on with a run that was legal until then, in a way that is not."""

BREAKS: dict[str, tuple[Break, frozenset[str]]] = {}
"""Kind → how a run goes on so that it shows, and what may follow from that."""


def breaks(kind: str, *may: str) -> Callable[[Break], Break]:
    """Register the function as the break that shows `kind`."""

    def register(go_on: Break) -> Break:
        BREAKS[kind] = (go_on, frozenset(may))
        return go_on

    return register


def _give(run: GroupRun, member: str, *logs: str, generation: int | None = None) -> None:
    latest = max(run.generations.values(), default=0)
    run.generations[len(run.acts)] = generation or latest + 1
    run.act("assign", member, dict.fromkeys(logs, 0))


def _reset(run: GroupRun, random: Random, log: str, to: int) -> None:
    _commit(run, random, "admin", log, to, always=True)


@breaks("lost-commit")
def answer_and_write_nothing(run: GroupRun, random: Random) -> None:
    unwritten = [(log, at) for log in LOGS for at in range(99) if (log, at) not in run.written]
    log, at = random.choice(unwritten)
    run.act("commit", random.choice(MEMBERS), {log: at})


@breaks("commit-regression")
def write_one_that_nobody_sent(run: GroupRun, random: Random) -> None:
    log = random.choice(LOGS)
    run.written += [(log, 98), (log, 97)]


@breaks("forgotten-commit")
def forget_where_it_stands(run: GroupRun, random: Random) -> None:
    log = random.choice(LOGS)
    run.written += [(log, 98), (log, None)]


@breaks("shared-ownership", "overlapping-ownership")
def give_a_log_to_two(run: GroupRun, random: Random) -> None:
    log = random.choice(LOGS)
    _give(run, MEMBERS[0], log)
    _give(run, MEMBERS[1], log, generation=max(run.generations.values()))


@breaks("overlapping-ownership")
def take_a_log_too_late(run: GroupRun, random: Random) -> None:
    log = random.choice(LOGS)
    _give(run, MEMBERS[0], log)
    _give(run, MEMBERS[1], log)
    run.act("revoke", MEMBERS[0], {log: 0})


@breaks("committed-repeat")
def begin_before_the_commit(run: GroupRun, random: Random) -> None:
    log, at = random.choice(LOGS), random.randrange(1, RECORDS)
    _reset(run, random, log, at)
    _give(run, random.choice(MEMBERS), log)
    run.act("poll", run.acts[-1][1], {log: random.randrange(at)})


@breaks("uncommitted-skip")
def begin_behind_the_commit(run: GroupRun, random: Random) -> None:
    """Everything that this group has done before is over: a topic that it never read."""
    run.acts.clear()
    run.written.clear()
    run.generations.clear()
    _give(run, MEMBERS[0], *LOGS)
    run.act("poll", MEMBERS[0], {random.choice(LOGS): random.randrange(1, RECORDS)})
