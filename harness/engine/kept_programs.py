"""Someone's own functions beside the run that used them, so that a colleague can replay it.

`programs/NAME/` in a run folder has the file of the function that was the program NAME.
"""

import importlib.util
import shutil
from pathlib import Path

import msgspec

from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.paths import Path as Way
from harness.model.pipeline.program import Program
from harness.model.scenario import Plan
from harness.workloads.pipeline.feeds.own_programs import program_name

PROGRAMS = "programs"


def keep_programs(plan: Plan, folder: Path) -> None:
    """Copy the file of each function that a program of `plan` is into the run folder `folder`."""
    for path in plan.scenario.pipeline.paths:
        for copy, program in [(None, path.feed.program), *((c, c.program) for c in path.copies)]:
            source = None if program is None else _file_of(program)
            if source is not None:
                target = folder / PROGRAMS / program_name(path, copy)
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)


def with_kept_programs(plan: Plan, folder: Path) -> Plan:
    """`plan` with each function that is not on this machine replaced by what `folder` keeps."""
    if not plan.scenario.has_pipeline:
        return plan
    pipeline = plan.scenario.pipeline
    paths = tuple(_with_kept(path, folder) for path in pipeline.paths)
    scenario = plan.scenario.with_pipeline(msgspec.structs.replace(pipeline, paths=paths))
    return msgspec.structs.replace(plan, scenario=scenario)


def _with_kept(path: Way, folder: Path) -> Way:
    def kept(mover: Feed | Copy, copy: Copy | None) -> Program | None:
        program = mover.program
        if program is None or program.function is None or _file_of(program) is not None:
            return program
        files = sorted((folder / PROGRAMS / program_name(path, copy)).glob("*.py"))
        if not files:
            return program
        name = program.function.rpartition(":")[2]
        return msgspec.structs.replace(program, function=f"{files[0]}:{name}")

    feed = msgspec.structs.replace(path.feed, program=kept(path.feed, None))
    copies = tuple(msgspec.structs.replace(copy, program=kept(copy, copy)) for copy in path.copies)
    return msgspec.structs.replace(path, feed=feed, copies=copies)


def _file_of(program: Program) -> Path | None:
    """The file that a function is in; None for an image, and where there is no such file."""
    place = (program.function or "").rpartition(":")[0]
    if place.endswith(".py"):
        return Path(place) if Path(place).is_file() else None
    try:
        spec = importlib.util.find_spec(place) if place else None
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None else None
