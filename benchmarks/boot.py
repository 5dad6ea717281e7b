"""How long a stack takes: booted, attached to, and beside plain `docker run` of the same images.

    python -m benchmarks.boot

Rounds alternate between the two, since the machine is shared; each row has the median and the best.
The plain way starts the same containers with the same settings, all at once, and waits until the
same questions are answered.
"""

import secrets
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from harness.backends.docker import lifecycle
from harness.backends.docker.images import recipes as images
from harness.backends.docker.published import free_ports
from harness.backends.docker.readiness import Readiness, clients_of
from harness.kit.clock import REAL
from harness.kit.waits import NS_PER_S, NotYet, wait_until
from harness.model.topology import Topology
from harness.systems.blueprint import Blueprint, ServiceSpec

ROUNDS = 3
LIMIT_S = 120
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way to get a stack that serves; `ratio` is its median over that of plain `docker run`."""

    what: str
    median_s: float
    best_s: float
    ratio: float


def measure(topology: Topology, *, rounds: int = ROUNDS) -> tuple[Row, ...]:
    """Boot, attach to and plainly run a stack of `topology`, `rounds` times each."""
    plain: list[float] = []
    booted: list[float] = []
    attached: list[float] = []
    for _ in range(rounds):
        with _plain_run(topology) as seconds:
            plain.append(seconds)
        took_s, stack = _timed(lambda: lifecycle.boot(topology, kept=True))
        booted.append(took_s)
        try:
            stack.close()
            took_s, again = _timed(lambda: lifecycle.attach(topology))
            attached.append(took_s)
            if again is None:
                raise RuntimeError("the stack that was left running was not found again")
        finally:
            stack.remove()
    base = statistics.median(plain)
    return tuple(
        Row(
            what=what,
            median_s=statistics.median(seconds),
            best_s=min(seconds),
            ratio=statistics.median(seconds) / base,
        )
        for what, seconds in (
            ("plain docker run", plain),
            ("boot", booted),
            ("attach to a kept one", attached),
        )
    )


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    began_ns = REAL.now_ns()
    result = act()
    return (REAL.now_ns() - began_ns) / NS_PER_S, result


@contextmanager
def _plain_run(topology: Topology) -> Iterator[float]:
    """Seconds until containers that were started by hand serve; they are gone afterwards."""
    blueprint = Blueprint(topology=topology, ports=free_ports(topology))
    network = f"plain-{secrets.token_hex(4)}"
    names = [f"{network}-{name}" for name in blueprint.services]
    with tempfile.TemporaryDirectory() as folder:
        began_ns = REAL.now_ns()
        _docker("network", "create", network)
        try:
            _start_all(blueprint, network, Path(folder))
            readiness = Readiness(blueprint, clients_of(blueprint))
            wait_until(
                "plain containers to serve",
                lambda: NotYet(lacking) if (lacking := readiness.missing()) else True,
                limit_s=LIMIT_S,
                interval_s=lifecycle.READY_EVERY_S,
            )
            yield (REAL.now_ns() - began_ns) / NS_PER_S
        finally:
            _docker("rm", "--force", "--volumes", *names)
            _docker("network", "rm", network)


def _start_all(blueprint: Blueprint, network: str, folder: Path) -> None:
    commands = [_command(spec, network, folder) for spec in blueprint.services.values()]
    started = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    for process, command in zip(started, commands, strict=True):
        if process.wait() != 0:
            raise RuntimeError(f"{command} ended with {process.returncode}")


def _command(spec: ServiceSpec, network: str, folder: Path) -> list[str]:
    options = ["--detach", "--network", network, "--network-alias", spec.name]
    options += ["--name", f"{network}-{spec.name}", "--memory", f"{spec.memory_mb}m"]
    for name, value in spec.environment.items():
        options += ["--env", f"{name}={value}"]
    for inside, outside in spec.published.items():
        options += ["--publish", f"127.0.0.1:{outside}:{inside}"]
    for path, content in spec.files.items():
        file = folder / Path(path).name
        file.write_text(content)
        file.chmod(0o644)
        options += ["--volume", f"{file}:{path}:ro"]
    image = images.ensure(spec.image, overrides=spec.versions)
    return ["docker", "run", *options, image, *spec.command]


def _docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], check=True, stdout=subprocess.DEVNULL)


def main() -> str:
    """Measure the default topology and return the table."""
    return "\n".join(
        f"{row.what:22} median {row.median_s:6.2f} s  best {row.best_s:6.2f} s  x{row.ratio:.2f}"
        for row in measure(Topology())
    )


if __name__ == "__main__":
    print(main())
