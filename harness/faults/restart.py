"""Restarts: of a service, and of several one after the other."""

from typing import ClassVar, Literal

from harness.faults.fault import Fault, Injection, fault
from harness.kit.waits import NotYet, wait_until
from harness.model.value import Value

READY_LIMIT_S = 60.0


class RestartSettings(Value, frozen=True, kw_only=True):
    """How the process ends before it is started again."""

    how: Literal["stop", "kill"] = "stop"


class _Restart(Fault[RestartSettings]):
    settings: ClassVar[type[Value]] = RestartSettings
    momentary: ClassVar[bool] = True
    ends_process: ClassVar[bool] = True

    def witness(self, injection: Injection[RestartSettings]) -> str | NotYet:
        """Every target runs as another incarnation than before."""
        seen = {target: injection.services.incarnation(target) for target in injection.targets}
        same = [target for target, now in seen.items() if now == injection.seen.get(target)]
        if same:
            return NotYet(f"{', '.join(same)} was not restarted")
        return ", ".join(f"{target} runs as {now}" for target, now in seen.items())

    def heal(self, injection: Injection[RestartSettings]) -> None:
        """Start whatever an interruption left down."""
        for target in injection.targets:
            injection.services.start(target)


@fault("process.restart")
class Restart(_Restart):
    """Stop all targets, start them, and wait until each answers its protocol."""

    def inject(self, injection: Injection[RestartSettings]) -> None:
        """Restart every target, all at once."""
        for target in injection.targets:
            _end(injection, target)
        for target in injection.targets:
            _begin(injection, target)


@fault("process.rolling-restart")
class RollingRestart(_Restart):
    """Restart the targets one by one, each only when the stack is fully replicated again."""

    def inject(self, injection: Injection[RestartSettings]) -> None:
        """Restart each target and wait for full health before the next."""
        for target in injection.targets:
            _end(injection, target)
            _begin(injection, target)
            wait_until(
                f"full replication after the restart of {target}",
                lambda: _problem(injection.stack.unhealthy()),
                limit_s=READY_LIMIT_S,
                interval_s=0.2,
                clock=injection.clock,
            )


def _end(injection: Injection[RestartSettings], target: str) -> None:
    injection.seen[target] = injection.services.incarnation(target)
    if injection.settings.how == "kill":
        injection.services.kill(target)
    else:
        injection.services.stop(target)


def _begin(injection: Injection[RestartSettings], target: str) -> None:
    injection.services.start(target)
    wait_until(
        f"{target} to answer",
        lambda: _problem(injection.services.ready(target)),
        limit_s=READY_LIMIT_S,
        interval_s=0.2,
        clock=injection.clock,
    )


def _problem(problem: str | None) -> bool | NotYet:
    return NotYet(problem) if problem else True
