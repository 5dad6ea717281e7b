"""Someone's own programs beside a stack: containers on the host's network, and processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from harness.backends.docker.engine import Api
from harness.backends.docker.own_container import STOP_FILE, STOP_LIMIT_S, OwnContainer
from harness.kit import secrets
from harness.kit.scratch import Scratch
from harness.model.pipeline.program import Program
from harness.model.ports.powers import ServiceState


class _Runs(Protocol):
    def state(self) -> ServiceState: ...
    def incarnation(self) -> str: ...
    def start(self) -> None: ...
    def signal(self, number: signal.Signals) -> None: ...
    def wait(self) -> None: ...
    def logs(self) -> bytes: ...
    def tell_to_stop(self) -> None: ...
    def remove(self) -> None: ...


class Programs:
    """The programs of one run, by name. Calls are idempotent, as those of `Processes` are.

    Args:
        api: the engine.
        marks: labels of the stack, so that a sweep finds a container.
        prefix: before the name of every container.
        told: what every program finds in its environment.
    """

    def __init__(
        self, api: Api, marks: Mapping[str, str], prefix: str, told: Mapping[str, str]
    ) -> None:
        self._api = api
        self._marks = marks
        self._prefix = prefix
        self._told = told
        self._running: dict[str, _Runs] = {}
        self._held: set[str] = set()
        """Those that a fault has ended; nobody but its heal starts them."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every program that was run and not removed."""
        return tuple(self._running)

    def __contains__(self, name: object) -> bool:
        return name in self._running

    def run(self, name: str, program: Program, environment: Mapping[str, str]) -> None:
        """Start `program`.

        Raises:
            UsageError: the engine has no such image and cannot pull it.
        """
        runs: _Runs
        own = {name: secrets.revealed(value) for name, value in environment.items()}
        environment = {**self._told, **own}
        if program.image is not None:
            container = f"{self._prefix}-{name}"
            runs = OwnContainer(self._api, container, program, environment, self._marks)
        else:
            runs = _Process(program.function or "", environment)
        self._running[name] = runs
        runs.start()

    def supervise(self) -> tuple[str, ...]:
        """Start what has ended by itself; names of those."""
        ended = tuple(
            name
            for name, runs in self._running.items()
            if name not in self._held and runs.state() == "exited"
        )
        for name in ended:
            self._running[name].start()
        return ended

    def state(self, name: str) -> ServiceState:
        """Whether it runs, is paused or has exited."""
        return self._running[name].state()

    def incarnation(self, name: str) -> str:
        """A token that changes with every start."""
        return self._running[name].incarnation()

    def kill(self, name: str) -> None:
        """SIGKILL."""
        self._end(name, signal.SIGKILL)

    def stop(self, name: str) -> None:
        """SIGTERM, and SIGKILL when it has not ended after STOP_LIMIT_S."""
        self.resume(name)
        self._end(name, signal.SIGTERM)

    def start(self, name: str) -> None:
        """Start one that was killed or stopped."""
        self._held.discard(name)
        if self.state(name) == "exited":
            self._running[name].start()

    def pause(self, name: str) -> None:
        """Freeze it."""
        if self.state(name) == "running":
            self._running[name].signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let it go on."""
        if self.state(name) == "paused":
            self._running[name].signal(signal.SIGCONT)

    def folder(self, name: str) -> Path | None:
        """The folder that it shares with the harness; None when it has none, or is not there."""
        runs = self._running.get(name)
        return runs.folder if isinstance(runs, _Process) else None

    def logs(self, name: str) -> bytes:
        """Everything it printed."""
        return self._running[name].logs()

    def finish_all(self) -> None:
        """Tell all that run to end, by a file and by SIGTERM; SIGKILL after STOP_LIMIT_S."""
        running = [name for name in self._running if self.state(name) == "running"]
        self._held.update(self._running)
        for name in running:
            self._running[name].tell_to_stop()
            self._running[name].signal(signal.SIGTERM)
        for name in running:
            self._running[name].wait()

    def remove_all(self) -> None:
        """End and forget all of them."""
        while self._running:
            _, runs = self._running.popitem()
            runs.remove()
        self._held.clear()

    def _end(self, name: str, number: signal.Signals) -> None:
        self._held.add(name)
        if self.state(name) in ("running", "paused"):
            self._running[name].signal(number)
            self._running[name].wait()


class _Process:
    """A function in a process of its own."""

    def __init__(self, function: str, environment: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-m", "harness.backends.docker.function_process", function]
        self._scratch = Scratch("program")
        self.folder = self._scratch.path
        self._stop_file = self.folder / "stop"
        self._environment = {
            **os.environ,
            **environment,
            "PROGRAM_FOLDER": str(self.folder),
            STOP_FILE: str(self._stop_file),
        }
        self._log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._paused = False

    def state(self) -> ServiceState:
        if self._process is None or self._process.poll() is not None:
            return "exited"
        return "paused" if self._paused else "running"

    def incarnation(self) -> str:
        return str(self._process.pid) if self._process else "missing"

    def start(self) -> None:
        self._paused = False
        self._hang_up()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,  # ends with this process, and the program with it
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None  # noqa: S101 - `run` starts it
        self._process.send_signal(number)
        self._paused = number == signal.SIGSTOP

    def wait(self) -> None:
        assert self._process is not None  # noqa: S101 - as above
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def logs(self) -> bytes:
        return self._log.read_bytes() if self._log.exists() else b""

    def tell_to_stop(self) -> None:
        self._stop_file.touch()

    def remove(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._hang_up()
        self._scratch.remove()

    def _hang_up(self) -> None:
        """Close the pipe to a process that has ended."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
