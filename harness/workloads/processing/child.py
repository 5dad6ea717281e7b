"""The worker's process: `harness.backends.docker.function_process` runs `main` here.

Its environment says what to do: JOB (see `harness.workloads.processing.job`) and
KAFKA_BOOTSTRAP_SERVERS; PROGRAM_FOLDER is where it meets the harness.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import msgspec

from harness.kit.barrier import Barrier
from harness.kit.clock import REAL
from harness.systems.kafka.client import KafkaClients
from harness.workloads.processing.job import Job
from harness.workloads.processing.life import Life
from harness.workloads.processing.trace import TraceWriter
from harness.workloads.processing.watchdog import Watchdog, has_bitten

BETWEEN_LIVES_S = 0.1
MAIN = f"{__name__}:main"


def main() -> None:
    """Live one life after the other until SIGTERM, which lets the batch in hand be finished."""
    folder = Path(os.environ["PROGRAM_FOLDER"])
    job = msgspec.json.decode(os.environ["JOB"], type=Job)
    barrier = Barrier(folder)
    if not has_bitten():
        barrier.begin()
    trace = TraceWriter(folder)
    kafka = KafkaClients(os.environ["KAFKA_BOOTSTRAP_SERVERS"], {})
    lives: list[Life] = []
    ended = False

    def end(*_: object) -> None:
        nonlocal ended
        ended = True
        for life in lives:
            life.end()

    signal.signal(signal.SIGTERM, end)
    watchdog = Watchdog()
    watchdog.start()
    while not ended:
        process = trace.begin(f"{os.getpid()}-{REAL.now_ns()}")
        life = Life(
            job,
            process,
            kafka=kafka,
            records=trace,
            barrier=barrier,
            clock=REAL,
            reached=trace.reached,
        )
        lives[:] = [life]
        for lane in life.lanes:
            Thread(target=run, args=(lane,), daemon=True).start()
        run(life.run(), watchdog.fed)
        REAL.pause(BETWEEN_LIVES_S)


def run(steps: Iterator[float], stepped: Callable[[], object] = lambda: None) -> None:
    """Take every step, and wait as long as each asks for; `stepped` is called after each."""
    for wait_s in steps:
        stepped()
        if wait_s:
            REAL.pause(wait_s)
