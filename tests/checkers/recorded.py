"""Histories of controls as they were recorded on real containers: `recordings/NAME.tar.xz` each.

A file holds what is judged of a run folder, and the verdict of that day: `plan.json`, `facts.json`,
`seal.json`, `verdict.json` and `history/`. `python -m tests.checkers.record` makes them anew.
"""

import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.history.history import History
from harness.model.facts import Facts
from harness.model.scenario import Plan
from harness.model.verdict import Verdict
from harness.reporting.folder import RunFolder
from tests.checkers.falsify_transactions import FALSIFIERS
from tests.checkers.pipeline import LOGS, Fate, Held, Polled, Run, Sent

FOLDER = Path(__file__).parent / "recordings"
SUFFIX = ".tar.xz"
# Plain ones have no transactions, and without any nobody looks for circles among them.
APPLICABLE = {
    name: each
    for name, each in FALSIFIERS.items()
    if not any(kind.startswith("G1c") for kind in each.must)
}
JUDGED = ("facts.json", "history", "plan.json", "seal.json", "verdict.json")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One of them."""

    plan: Plan
    facts: Facts
    history: History
    verdict: Verdict


def names() -> tuple[str, ...]:
    """Names of the scenarios that are recorded."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")))


def recorded(name: str) -> Recorded:
    """The recorded run of the scenario of that name."""
    with TemporaryDirectory() as folder, tarfile.open(FOLDER / f"{name}{SUFFIX}") as archive:
        for member in archive:
            if (content := archive.extractfile(member)) is not None:
                path = Path(folder, member.name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
        run = RunFolder(Path(folder))
        return Recorded(run.plan(), run.facts(), run.recording(), run.verdict())


def is_plain(run: Recorded) -> bool:
    """Whether clients only sent and read, and nothing was removed: all that falsifiers know."""
    workload = run.plan.scenario.log_workload
    return (
        not workload.processors
        and len(run.history.logs) <= len(LOGS)
        and all(each.client == "python" and not each.transactions for each in workload.producers)
        and all(each.mode == "assigned" and not each.stall for each in workload.consumers)
    )


def pack(run: RunFolder) -> Path:
    """Keep what is judged of a run under the name of its scenario; nothing of this machine."""
    path = FOLDER / f"{run.plan().scenario.name}{SUFFIX}"
    with tarfile.open(path, "w:xz", preset=9) as archive:
        for name in JUDGED:
            archive.add(run.path / name, name, filter=_anonymous)
    return path


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def as_run(history: History, facts: Facts) -> Run:
    """A recorded history as falsifiers want it: its logs named as theirs, its values from 0 on."""
    logs = dict(zip(history.logs["name"].to_list(), LOGS, strict=False))
    run = Run(values=len(history.sends))
    for end in facts.logs:
        run.starts[logs[end.log]], run.ends[logs[end.log]] = end.start, end.end
    by_number = dict(zip(history.logs["log"].to_list(), logs.values(), strict=True))
    values = {value: number for number, value in enumerate(history.sends["value"].to_list())}
    processes = history.processes.select("process", "name")
    operations = history.operations.join(processes, on="process", maintain_order="left")
    reads: dict[int, list[tuple[str, int, int]]] = {}
    for row in history.reads.iter_rows(named=True):
        record = (by_number[row["log"]], row["offset"], values.get(row["value"], row["value"]))
        reads.setdefault(row["op"], []).append(record)
    found = {value: log for records in reads.values() for log, _, value in records}
    changes: dict[int, list[str]] = {}
    for row in history.assignments.iter_rows(named=True):
        changes.setdefault(row["op"], []).append(by_number[row["log"]])
    sends = {row["op"]: row for row in history.sends.iter_rows(named=True)}
    for row in operations.iter_rows(named=True):
        op, process, began, ended = row["op"], row["name"], row["invoke_ns"], row["complete_ns"]
        match row["f"]:
            case "send":
                sent = sends[op]
                value = values[sent["value"]]
                log = by_number.get(sent["log"]) or found.get(value, LOGS[0])
                fate = _fate(row["outcome"], told=sent["offset"] is not None, ended=ended)
                run.sends.append(Sent(process, value, log, fate, began, ended, sent["offset"]))
            case "poll" | "drain" as f:
                run.polls.append(Polled(process, reads.get(op, []), began, ended, f == "drain"))
            case "assign" | "revoke" | "subscribe" as what:
                run.changes.append(Held(what, process, changes.get(op, []), began))
            case what:
                raise AssertionError(f"{what} is not plain")
    return run


def _fate(outcome: str, *, told: bool, ended: int | None) -> Fate:
    if outcome == "ok":
        return "told" if told else "untold"
    if outcome == "fail":
        return "fails"
    return "hangs" if ended is None else "stays"
