"""Undo what a killed harness left broken."""

import logging
from pathlib import Path

from harness.faults.fault import FAULTS, Injection
from harness.faults.ledger import Ledger
from harness.kit.clock import REAL
from harness.model.codec import convert
from harness.model.ports import Stack
from harness.model.value import Value
from harness.stack.lease import state_dir

log = logging.getLogger(__name__)


def ledger_path(stack: str) -> Path:
    """Where the ledger of a stack lies: beside its lease, since what is broken is the stack."""
    return state_dir() / "ledgers" / f"{stack}.jsonl"


def undo(stack: Stack, path: Path) -> tuple[str, ...]:
    """Heal every fault that the ledger at `path` still has open; say what was healed.

    Raises:
        HarnessError: a fault cannot be healed; the ledger still has it.
    """
    ledger = Ledger(path)
    healed: list[str] = []
    for entry in ledger.opened():
        fault = FAULTS[entry.kind]
        injection: Injection[Value] = Injection(
            stack=stack,
            targets=entry.targets,
            settings=convert(entry.settings, fault.settings, what=entry.kind),
            clock=REAL,
        )
        fault.heal(injection)
        ledger.close(entry.entry)
        healed.append(f"healed {entry.kind} on {', '.join(entry.targets)}")
    return tuple(healed)
