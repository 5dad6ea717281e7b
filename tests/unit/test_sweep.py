"""What a sweep does when the engine refuses a part of it; the rest is tested on real containers."""

from types import SimpleNamespace

import pytest

from harness.backends.docker import inventory, lifecycle
from harness.engine.sweep import sweep
from harness.kit.errors import BootError, HarnessError


def test_a_stack_that_cannot_be_removed_keeps_no_other_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = tuple(SimpleNamespace(stack=name, is_dead=True) for name in ("chaos-1", "chaos-2"))

    def remove(stack: str) -> None:
        if stack == "chaos-1":
            raise BootError("cannot remove the stack chaos-1: its network has active endpoints")

    monkeypatch.setattr(inventory, "list_stacks", lambda: dead)
    monkeypatch.setattr(lifecycle, "remove_stack", remove)
    cleaning = sweep()
    assert next(cleaning) == "removed chaos-2: its harness does not run any more"
    with pytest.raises(HarnessError, match="chaos-1: its network has active endpoints"):
        next(cleaning)
