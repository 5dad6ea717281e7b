"""Links between two services, cut and mended."""

from typing import Any, ClassVar

from harness.faults.fault import Fault, Injection, LinkNeed, fault
from harness.kit.waits import NotYet
from harness.model.fault import FaultSpec
from harness.model.ports.powers import Links
from harness.model.value import Value


class CutLinkSettings(Value, frozen=True, kw_only=True):
    """Who loses the target."""

    caller: str
    """A service, `connect` for all workers, or `client` for what scenarios do from the host."""


@fault("network.cut-link")
class CutLink(Fault[CutLinkSettings]):
    """Cut the link from one caller to each target; all other callers still reach it.

    Where the link runs through the proxy its listener is closed: open connections end and new ones
    are refused. Where it does not, packets are dropped, and connections hang.
    """

    settings: ClassVar[type[Value]] = CutLinkSettings
    needs: ClassVar[tuple[type[Any], ...]] = (Links,)

    def link(self, spec: FaultSpec) -> LinkNeed:
        """Any way: where none leads through the proxy, packets between the two are dropped."""
        return LinkNeed(str(spec.settings.get("caller", "")), proxied=False)

    def inject(self, injection: Injection[CutLinkSettings]) -> None:
        """Cut the link to every target."""
        for target in injection.targets:
            injection.power(Links).cut_link(injection.settings.caller, target)

    def witness(self, injection: Injection[CutLinkSettings]) -> str | NotYet:
        """A connection is refused, or packets were dropped, on the way to every target."""
        seen = {
            target: injection.power(Links).link_fails(injection.settings.caller, target)
            for target in injection.targets
        }
        passing = [target for target, failure in seen.items() if failure is None]
        if passing:
            return NotYet(f"no packet was refused or dropped on the way to {', '.join(passing)}")
        return ", ".join(str(failure) for failure in seen.values())

    def heal(self, injection: Injection[CutLinkSettings]) -> None:
        """Let everything pass again."""
        for target in injection.targets:
            injection.power(Links).mend_link(injection.settings.caller, target)
