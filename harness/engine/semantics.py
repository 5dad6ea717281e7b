"""Lines under the same faults and seeds, and the page that compares them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from harness.checkers.verdict.effects import sample, sought
from harness.engine.campaign import campaign
from harness.engine.catalogue.scenarios import lines_of
from harness.engine.run import Run
from harness.engine.stacks.pool import StackPool
from harness.kit.clock import utc_now
from harness.kit.errors import UsageError
from harness.model import codec
from harness.model.semantics import GUARANTEES, Line, Measured, Sample, Semantics
from harness.model.verdict import Validity
from harness.reporting.folder import stamp
from harness.reporting.semantics.known_bugs import named
from harness.reporting.semantics.page import render
from harness.shipped import SCENARIOS

HOME = SCENARIOS / "test_semantics.py"
"""The harness's own lines."""
DATA, PAGE = "semantics.json", "semantics.html"


def choose(wanted: Sequence[str]) -> tuple[Line, ...]:
    """The lines of these names, and all of these files; the harness's own without any.

    Raises:
        UsageError: there is no such line or file; says what there is.
    """
    own = {line.name: line for line in lines_of(HOME)}
    found: dict[str, Line] = {}
    for each in wanted or own:
        if each.endswith(".py"):
            found |= {line.name: line for line in _of_file(Path(each))}
        elif each in own:
            found[each] = own[each]
        else:
            raise UsageError(f"unknown configuration {each!r}; known: {', '.join(own)}")
    return tuple(found.values())


def _of_file(path: Path) -> tuple[Line, ...]:
    if not path.is_file():
        raise UsageError(f"no file {path}")
    lines = lines_of(path)
    if not lines:
        raise UsageError(f"{path} lists no configuration: add a `Line` to its table, SCENARIOS")
    return lines


def compare(
    lines: Sequence[Line],
    seeds: Sequence[int],
    pool: StackPool,
    reports: Path,
    *,
    tell: Callable[[str], None],
) -> tuple[Semantics, Path]:
    """Run every line under every seed, and write the page anew after each run.

    Answers with what was measured and the folder of the page, which lies beside the runs.
    """
    started = utc_now()
    folder = reports / f"semantics-{stamp(started)}"
    left_out = {line.name: why for line in lines if (why := pool.lacks(line.scenario))}
    run = [line for line in lines if line.name not in left_out]
    measured = Semantics(
        started_utc=started,
        stack=pool.kind,
        seeds=tuple(seeds),
        lines=tuple(
            sorted(map(_nothing_yet, run), key=lambda line: GUARANTEES.index(line.guarantee))
        ),
        left_out=left_out,
    )
    scenarios = [line.scenario for line in run]
    for scenario, seed, done in campaign(scenarios, seeds, pool, reports, tell=tell):
        measured = _with(measured, scenario.name, _sample(done, seed))
        write(folder, measured)
    return measured, folder


def write(folder: Path, semantics: Semantics) -> None:
    """Write what was measured, and the page over it, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    codec.save(folder / DATA, semantics)
    codec.write_atomically(folder / PAGE, render(semantics))


def again(folders: Sequence[Path]) -> tuple[Semantics, Path]:
    """Write the page of an earlier comparison again, or one page of several.

    Answers with what was measured, and the folder of the page: a new one for several.

    Raises:
        RunFolderError: a folder holds no comparison.
        UsageError: they do not lie beside one another, where links to their runs would lead.
    """
    found = [codec.load(folder / DATA, Semantics) for folder in folders]
    if len(found) == 1:
        measured, folder = found[0], folders[0]
    else:
        beside = sorted({folder.resolve().parent for folder in folders})
        if len(beside) > 1:
            raise UsageError(f"all comparisons of a page must be in one folder, got {beside}")
        measured, folder = merged(found), folders[0].parent / f"semantics-{stamp(utc_now())}"
    write(folder, measured)
    return measured, folder


def merged(found: Sequence[Semantics]) -> Semantics:
    """Several comparisons as one: lines of one name have the runs of all, each once."""
    lines: dict[str, Measured] = {}
    for line in (line for semantics in found for line in semantics.lines):
        before = lines.get(line.name, msgspec.structs.replace(line, samples=()))
        samples = {(each.run, each.seed): each for each in (*before.samples, *line.samples)}
        lines[line.name] = msgspec.structs.replace(line, samples=tuple(samples.values()))
    return Semantics(
        started_utc=min(each.started_utc for each in found),
        stack=found[0].stack,
        seeds=tuple(sorted({seed for each in found for seed in each.seeds})),
        lines=tuple(sorted(lines.values(), key=lambda line: GUARANTEES.index(line.guarantee))),
        left_out={name: why for each in found for name, why in each.left_out.items()},
    )


def _nothing_yet(line: Line) -> Measured:
    return Measured(
        name=line.name,
        guarantee=line.guarantee,
        path=line.path,
        how=line.how,
        faults=tuple(
            f"{step.fault.kind} on {step.fault.target}"
            for step in line.scenario.steps
            if step.fault is not None
        ),
        sought=sought(line.scenario),
        samples=(),
    )


def _with(semantics: Semantics, name: str, one: Sample) -> Semantics:
    replace = msgspec.structs.replace
    lines = tuple(
        replace(line, samples=(*line.samples, one)) if line.name == name else line
        for line in semantics.lines
    )
    return replace(semantics, lines=lines)


def _sample(done: Run | str, seed: int) -> Sample:
    if isinstance(done, Run):
        kinds = [finding.kind for finding in done.verdict.findings]
        shown = sample(done.verdict, done.folder.name, seed)
        return msgspec.structs.replace(shown, bugs=named(done.folder, kinds))
    return Sample(
        run="",
        seed=seed,
        validity=Validity.UNKNOWN,
        headline=f"UNKNOWN: {done}",
        unknowns=(done,),
        records=0,
    )
