"""One caller's way to a server that is not a broker: open, shut, or silent."""

from dataclasses import dataclass

from harness.backends.fake.links import Links
from harness.backends.fake.process import Process


@dataclass(frozen=True, slots=True)
class Door:
    """What a caller meets at a server, over the link between them.

    A cut link refuses at once and breaks what is connected, as a proxy does that is switched off.
    """

    caller: str
    """`client`, `harness`, `connect`, or a service."""
    process: Process
    links: Links

    @property
    def is_shut(self) -> bool:
        """Whether a connection is refused, and one that there was is broken."""
        works = self.links.works(self.caller, self.process.name)
        return self.process.state == "exited" or not works

    @property
    def is_silent(self) -> bool:
        """Whether nobody answers, since the process is frozen."""
        return self.process.state == "paused"

    @property
    def token(self) -> tuple[int, int]:
        """As long as it is the same, what was connected before is connected still."""
        return self.process.starts, self.links.cuts(self.caller, self.process.name)

    @property
    def cut_since_ns(self) -> int | None:
        """Since when the link is cut; None when it works."""
        return self.links.cut_since_ns(self.caller, self.process.name)
