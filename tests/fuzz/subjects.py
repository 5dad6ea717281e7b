"""Run folders to damage: recordings of every workload, runs on fakes, a pipeline of a builder."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from harness.model.manifest import Manifest
from harness.model.scenario import Floor, Plan
from harness.model.topology import Topology
from harness.reporting.folder import RunFolder
from tests.checkers.flows import CACHE, SINK, Run, everything_read, pipeline
from tests.checkers.recorded import FOLDER, SUFFIX, names
from tests.fuzz.written import write
from tests.unit.command import fake_run

WHOLE = Topology(mysql=True, connect_workers=1, redis=True, registry=True)
FAKES = ("t-admin", "p-noflush-bad")


def manifest(scenario: str) -> Manifest:
    """Where a run came from that has no manifest of its own."""
    return Manifest(
        run=scenario,
        scenario=scenario,
        seed=1,
        stack="docker",
        started_utc="2026-11-30T00:00:00.000Z",
        harness_version="0",
        git_commit=None,
        git_dirty=False,
        argv=(),
    )


def recording(name: str) -> Callable[[Path], Path]:
    """The folder of a recorded run."""

    def make(folder: Path) -> Path:
        with tarfile.open(FOLDER / f"{name}{SUFFIX}") as archive:
            archive.extractall(folder, filter="data")
        RunFolder(folder).save(manifest(name))
        return folder

    return make


def fake(scenario: str) -> Callable[[Path], Path]:
    """The folder of a run on fakes."""
    return lambda folder: fake_run(folder, scenario)


def flow(*, lossy: bool) -> Callable[[Path], Path]:
    """The folder of a pipeline's run as tests build it."""

    def make(folder: Path) -> Path:
        run = Run()
        scenario = msgspec.structs.replace(
            pipeline(claims=("capture", "convergence")), topology=WHOLE, floor=Floor(acks=1)
        )
        for key in range(6):
            run.put(key)
        run.drop(2)
        run.captured(*((3,) if lossy else ()))
        run.copied(SINK, CACHE)
        made = RunFolder(folder, "flow.built")
        made.history.mkdir()
        made.save(manifest(scenario.name), Plan(seed=1, scenario=scenario, streams={}))
        made.save(everything_read(scenario))
        write(run.flow.history(), made.history, made.identity)
        made.seal()
        return folder

    return make


SUBJECTS: dict[str, Callable[[Path], Path]] = {
    **{name: recording(name) for name in names()},
    **{f"fake {name}": fake(name) for name in FAKES},
    "flow": flow(lossy=False),
    "lossy flow": flow(lossy=True),
}
