"""A permission: what a setting allows to happen, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A setting, the kinds of anomaly it permits, and why."""

    setting: str
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
