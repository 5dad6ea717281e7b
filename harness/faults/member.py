"""Members of a group: one hangs, one leaves and comes back, one joins late."""

from typing import ClassVar

from harness.faults.fault import Injection, NoSettings, OfMembers, fault
from harness.kit.waits import NotYet
from harness.model.ports.groups import MemberState


def _tell_all(injection: Injection[NoSettings], wanted: MemberState) -> None:
    for target in injection.targets:
        injection.members.tell(target, wanted)


def _all_are(injection: Injection[NoSettings], wanted: MemberState) -> str | NotYet:
    seen = {target: injection.members.state(target) for target in injection.targets}
    text = ", ".join(f"{target} is {now}" for target, now in seen.items())
    return text if all(now == wanted for now in seen.values()) else NotYet(text)


@fault("member.hang")
class Hang(OfMembers[NoSettings]):
    """An application hangs: it neither processes its records nor polls.

    Its client's own threads go on, so that it is a member until `max.poll.interval.ms` has passed.
    When it wakes it first does with those records what it was about to.
    """

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Let every target hang, each as soon as it has been handed something."""
        _tell_all(injection, "hanging")

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target hangs with something in its hand."""
        return _all_are(injection, "hanging")

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Let every target go on."""
        _tell_all(injection, "polling")


@fault("member.leave")
class Leave(OfMembers[NoSettings]):
    """An application exits: it processes its records and closes its client.

    A static member says nothing to its coordinator when it goes. Healed by a start: what comes back
    is another process of that name.
    """

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Let every target go."""
        _tell_all(injection, "away")

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target is gone."""
        return _all_are(injection, "away")

    def heal(self, injection: Injection[NoSettings]) -> None:
        """Let every target come back."""
        _tell_all(injection, "polling")


@fault("member.join")
class Join(OfMembers[NoSettings]):
    """An application starts: an absent consumer starts and joins its group."""

    momentary: ClassVar[bool] = True

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Let every target come."""
        _tell_all(injection, "polling")

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target has begun to poll."""
        return _all_are(injection, "polling")
