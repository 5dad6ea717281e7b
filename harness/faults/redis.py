"""Redis: a cache that is suddenly empty."""

from typing import ClassVar

from harness.faults.fault import Fault, Injection, NoSettings, fault
from harness.kit.waits import NotYet


@fault("redis.flush")
class Flush(Fault[NoSettings]):
    """Run FLUSHALL; all keys are deleted, as after a restart without persistence.

    The size before and after is asked in one transaction with it, since writers may fill the cache
    again at any moment. A cache that was empty before cannot show anything.
    """

    momentary: ClassVar[bool] = True
    speaks_to: ClassVar[str] = "redis"

    def inject(self, injection: Injection[NoSettings]) -> None:
        """Flush every target."""
        for target in injection.targets:
            before, after = injection.stack.redis.flush(target)
            if after < before:
                injection.seen[target] = f"{target} held {before} keys, then {after}"

    def witness(self, injection: Injection[NoSettings]) -> str | NotYet:
        """Every target held fewer keys right after than right before."""
        unharmed = [target for target in injection.targets if target not in injection.seen]
        if unharmed:
            return NotYet(f"{', '.join(unharmed)} contained no entry that could be lost")
        return ", ".join(injection.seen.values())
