"""Someone's own programs beside a stack: containers on the host's network, and processes."""

import io
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from docker import errors

from harness.backends.docker.engine import Api, translated
from harness.backends.docker.inspected import incarnation_of, state_of
from harness.kit.errors import FaultError, UsageError
from harness.kit.scratch import Scratch
from harness.model.ports.stack import ServiceState
from harness.model.program import Program

STOP_LIMIT_S = 10
STOP_FILE = "STOP_FILE"
"""Names the file that is there once a program is told to end."""
STOP_FILE_OF_CONTAINER = "stop"


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
    """

    def __init__(self, api: Api, marks: Mapping[str, str], prefix: str) -> None:
        self._api = api
        self._marks = marks
        self._prefix = prefix
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
        if program.image is not None:
            container = f"{self._prefix}-{name}"
            runs = _Container(self._api, container, program, environment, self._marks)
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


class _Container:
    """An image in a container that shares the host's network, where the clients' links are."""

    def __init__(
        self,
        api: Api,
        name: str,
        program: Program,
        environment: Mapping[str, str],
        marks: Mapping[str, str],
    ) -> None:
        self._api = api
        self._name = name
        image = program.image or ""
        with translated(f"create a container of {image}"):
            try:
                api.inspect_image(image)
            except errors.ImageNotFound:
                _pull(api, image)
            api.create_container(
                image,
                list(program.command) or None,
                name=name,
                environment={**environment, STOP_FILE: f"/{STOP_FILE_OF_CONTAINER}"},
                labels=dict(marks),
                host_config=api.create_host_config(network_mode="host"),
            )

    def state(self) -> ServiceState:
        with translated(f"look at {self._name}"):
            return state_of(self._inspect())

    def incarnation(self) -> str:
        with translated(f"look at {self._name}"):
            return incarnation_of(self._inspect())

    def start(self) -> None:
        with translated(f"start {self._name}"):
            self._api.start(self._name)

    def signal(self, number: signal.Signals) -> None:
        try:
            if number == signal.SIGSTOP:
                self._api.pause(self._name)
            elif number == signal.SIGCONT:
                self._api.unpause(self._name)
            else:
                self._api.kill(self._name, signal=int(number))
        except errors.APIError as error:
            raise FaultError(f"cannot signal {self._name}: {error.explanation}") from error

    def wait(self) -> None:
        # After its limit the engine sends SIGKILL; one that has ended does not mind.
        with translated(f"stop {self._name}"):
            self._api.stop(self._name, timeout=STOP_LIMIT_S)

    def logs(self) -> bytes:
        with translated(f"read the log of {self._name}"):
            printed: bytes = self._api.logs(self._name)
        return printed

    def tell_to_stop(self) -> None:
        with translated(f"put a file into {self._name}"):
            self._api.put_archive(self._name, "/", _archive(STOP_FILE_OF_CONTAINER))

    def remove(self) -> None:
        with translated(f"remove {self._name}"):
            self._api.remove_container(self._name, force=True, v=True)

    def _inspect(self) -> dict[str, Any]:
        inspected: dict[str, Any] = self._api.inspect_container(self._name)
        return inspected


def _archive(name: str) -> bytes:
    """A tar archive of an empty file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    return packed.getvalue()


def _pull(api: Api, image: str) -> None:
    try:
        api.pull(image)
    except errors.APIError as error:
        raise UsageError(
            f"there is no image {image!r} here, and it cannot be pulled ({error.explanation}); "
            "build it first, or mend its name"
        ) from error
