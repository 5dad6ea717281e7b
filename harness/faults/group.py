"""A group: reset by an administrator."""

from typing import ClassVar

from harness.faults.fault import Injection, OfMembers, fault
from harness.kit.errors import FaultError
from harness.kit.waits import NotYet
from harness.model.ports.groups import ResetTo
from harness.model.value import Value


class ResetSettings(Value, frozen=True, kw_only=True):
    """Which group, and where to; see `harness.model.ports.stack.Members.reset_group`."""

    consumers: str
    to: ResetTo
    value: float = 0.0


@fault("group.reset")
class Reset(OfMembers[ResetSettings]):
    """An administrator resets the offsets of a group; it must have no members.

    It is an operation of the history as well: what checkers hold against the group begins anew.
    """

    settings: ClassVar[type[Value]] = ResetSettings
    momentary: ClassVar[bool] = True

    def inject(self, injection: Injection[ResetSettings]) -> None:
        """Reset, once; whether it is empty yet is the coordinator's to say."""
        wanted = injection.settings
        stands = injection.members.reset_group(wanted.consumers, wanted.to, wanted.value)
        injection.seen.update(dict.fromkeys(injection.targets, stands))

    def witness(self, injection: Injection[ResetSettings]) -> str | NotYet:
        """What the coordinator says afterwards, over all logs."""
        if not injection.seen:
            raise FaultError("the offsets of the group were not read")
        return next(iter(injection.seen.values()))
