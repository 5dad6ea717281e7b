"""Undo what a run left broken."""

from harness.faults.fault import FAULTS, Injection
from harness.faults.ledger import Ledger
from harness.kit.clock import REAL
from harness.kit.errors import FaultError
from harness.model.codec import convert
from harness.model.ports.stack import Stack
from harness.model.value import Value


def undo(stack: Stack, ledger: Ledger) -> tuple[str, ...]:
    """Heal every fault that the ledger of a stack still has open; say what was healed.

    Raises:
        HarnessError: a fault cannot be healed; the ledger still has it, and those before it.
    """
    healed: list[str] = []
    for entry in ledger.opened():
        what = f"{entry.kind} on {', '.join(entry.targets)}"
        try:
            fault = FAULTS[entry.kind]
            injection: Injection[Value] = Injection(
                stack=stack,
                targets=entry.targets,
                settings=convert(entry.settings, fault.settings, what=entry.kind),
                clock=REAL,
            )
            fault.heal(injection)
        except Exception as error:
            # Whatever its client raises: who asked has to know that the stack is broken.
            raise FaultError(f"{what} cannot be healed: {error}") from error
        ledger.close(entry.entry)
        healed.append(f"healed {what}")
    return tuple(healed)
