"""The workers of Connect: processes in a group, and the tasks that each of them runs.

A worker that is not heard for a session is no member any more, and its tasks are given to others;
one that comes takes over its share, of which every task ends in good order before.
"""

from collections.abc import Callable
from dataclasses import dataclass

from harness.backends.fake.clock import Action, VirtualClock
from harness.backends.fake.process import Process
from harness.kit.waits import NS_PER_S

TICK_S = 0.25
BOOT_S = 2.5
JOIN_S = 0.5
"""From the end of a boot until the group is stable again."""


class Worker(Process):
    """The process of one worker.

    Args:
        reviewed: told when it is killed.
    """

    def __init__(self, name: str, clock: VirtualClock, reviewed: Action) -> None:
        super().__init__(name)
        self._clock = clock
        self._reviewed = reviewed
        self.ready_ns = clock.now_ns()
        self.heard_ns = clock.now_ns()
        self.member = 1
        """Which start of it is a member of the group; 0 is none."""

    @property
    def answers(self) -> bool:
        """Whether its REST interface does: it has booted, and is neither frozen nor gone."""
        return self.active and self._clock.now_ns() >= self.ready_ns

    @property
    def missing(self) -> str | None:
        """None when it answers and is a member of its group."""
        if not self.answers:
            return super().missing or f"{self.name} does not answer yet"
        return None if self.member == self.starts else f"{self.name} is not a member of its group"

    def kill(self) -> None:
        """Let it be gone, and all its clients with it."""
        super().kill()
        self._reviewed()

    def start(self) -> None:
        """Start the process; it answers when it has booted."""
        if self.state == "exited":
            self.ready_ns = self._clock.now_ns() + int(BOOT_S * NS_PER_S)
        super().start()


@dataclass(slots=True)
class Membership:
    """Who of the workers is a member.

    Args:
        workers: all of them.
        session_s: for how long a silent one stays a member.
        changed: told when the members have changed.
    """

    workers: dict[str, Worker]
    clock: VirtualClock
    session_s: float
    changed: Callable[[], None]

    def begin(self) -> None:
        """Look again and again from now on."""
        self.clock.call_after(TICK_S, self._tick)

    @property
    def members(self) -> tuple[str, ...]:
        """Names, in order."""
        return tuple(name for name, each in self.workers.items() if each.member)

    def _tick(self) -> None:
        now_ns = self.clock.now_ns()
        before = [each.member for each in self.workers.values()]
        for worker in self.workers.values():
            if worker.answers:
                worker.heard_ns = now_ns
                if now_ns >= worker.ready_ns + int(JOIN_S * NS_PER_S):
                    worker.member = worker.starts
            elif now_ns - worker.heard_ns > self.session_s * NS_PER_S:
                worker.member = 0
        if before != [each.member for each in self.workers.values()]:
            self.changed()
        self.clock.call_after(TICK_S, self._tick)
