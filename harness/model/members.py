"""Traffic without consumers of its own, and what is left of them when their harness was killed."""

from harness.kit.errors import FaultError
from harness.model.ports.groups import MemberState, ResetTo


class Nobody:
    """Implements `ports.Members`: there is nobody."""

    def members_of(self, consumers: str) -> tuple[str, ...]:  # noqa: ARG002
        """None."""
        return ()

    def tell(self, member: str, wanted: MemberState) -> None:
        """Nobody listens: a consumer that is gone needs no heal."""

    def state(self, member: str) -> MemberState:  # noqa: ARG002
        """Gone."""
        return "away"

    def reset_group(self, consumers: str, to: ResetTo, value: float) -> str:  # noqa: ARG002
        """There is no group."""
        raise FaultError(f"this traffic has no consumers {consumers}")


NOBODY = Nobody()
