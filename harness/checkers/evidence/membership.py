"""Who held which log of a group and when, by what clients told their application; and resets.

A member holds a log from the end of the `assign` that brings it to the beginning of the `revoke`
that takes it; one that never gave it up, to the end of the last thing it did. Rebalances are few,
so all this is plain Python over their operations.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from harness.checkers.evidence.columns import NEVER
from harness.checkers.evidence.evidence import Evidence
from harness.history.history import NOTHING

MEMBER, ADMINISTRATOR, COORDINATOR = "consumer", "administrator", "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One member held one log for a while."""

    process: int
    member: str
    """A member that comes back has its name again, and another process."""
    log: int
    assign: int
    """The operation that brought it."""
    assigned_ns: int
    """When that began."""
    begin_ns: int
    end_ns: int
    generation: int
    """NOTHING where nobody told it."""

    def overlaps(self, other: "Holding") -> bool:
        """Whether two members held it at one time."""
        apart = self.end_ns <= other.begin_ns or other.end_ns <= self.begin_ns
        return self.member != other.member and self.log == other.log and not apart


class Group:
    """One group of a run.

    Args:
        evidence: of the run.
        name: its real name.
        kind: what the scenario calls its members, where that matters.
    """

    def __init__(self, evidence: Evidence, name: str, kind: str = "") -> None:
        self._evidence = evidence
        self.name = name
        self.kind = kind

    @cached_property
    def processes(self) -> pl.DataFrame:
        """Its members, its coordinator and its administrators."""
        return self._evidence.history.processes.filter(pl.col("group") == self.name)

    @cached_property
    def written(self) -> pl.DataFrame | None:
        """What its coordinator wrote, in order: op, log, offset; None when nobody read that."""
        coordinators = self._ids(COORDINATOR)
        if not coordinators:
            return None
        mine = self._operations(coordinators)
        return self._evidence.history.offsets.join(mine.select("op"), on="op", how="semi")

    @cached_property
    def commits(self) -> pl.DataFrame:
        """Everything that anybody tried to commit for it, in order of invocation.

        Columns: op, log, offset, invoke_ns, complete_ns (NEVER), outcome, resets.
        """
        mine = self._operations(self.processes["process"].to_list()).with_columns(
            pl.col("complete_ns").fill_null(NEVER),
            resets=pl.col("process").is_in(self._ids(ADMINISTRATOR)),
        )
        columns = ("op", "invoke_ns", "complete_ns", "outcome", "resets")
        return self._evidence.history.commits.join(mine.select(columns), on="op").sort("op")

    @cached_property
    def holdings(self) -> tuple[Holding, ...]:
        """Who held what when, in order of beginning."""
        found = [holding for process in self._ids(MEMBER) for holding in self._holdings_of(process)]
        return tuple(sorted(found, key=lambda each: (each.begin_ns, each.log, each.process)))

    def _ids(self, client: str) -> list[int]:
        return self.processes.filter(pl.col("client") == client)["process"].to_list()

    def _operations(self, processes: list[int]) -> pl.DataFrame:
        return self._evidence.history.operations.filter(pl.col("process").is_in(processes))

    def _holdings_of(self, process: int) -> Iterator[Holding]:
        history = self._evidence.history
        mine = self._operations([process])
        changes = mine.filter(pl.col("f").is_in(["assign", "revoke"]), pl.col("outcome") == "ok")
        told = dict(history.generations.iter_rows())
        rows = history.assignments.join(changes.select("op"), on="op", how="semi")
        logs: dict[int, set[int]] = {}
        for op, log in rows.iter_rows():
            logs.setdefault(op, set()).add(log)
        last_ns = max([0, *mine["invoke_ns"], *mine["complete_ns"].drop_nulls()])
        held: dict[int, Holding] = {}

        def end(log: int, end_ns: int) -> Holding:
            began = held.pop(log)
            fields = {name: getattr(began, name) for name in Holding.__slots__}
            return Holding(**{**fields, "end_ns": end_ns})

        for op, f, invoke_ns, complete_ns in changes.select(
            "op", "f", "invoke_ns", "complete_ns"
        ).iter_rows():
            named = logs.get(op, set())
            gone = set(held) & named if f == "revoke" else set(held) - named
            yield from [end(log, invoke_ns) for log in sorted(gone)]
            for log in sorted(named - set(held)) if f == "assign" else ():
                held[log] = Holding(
                    process=process,
                    member=self._evidence.process_names[process],
                    log=log,
                    assign=op,
                    assigned_ns=invoke_ns,
                    begin_ns=complete_ns,
                    end_ns=last_ns,
                    generation=told.get(op, NOTHING),
                )
        yield from held.values()


def groups_of(evidence: Evidence) -> tuple[Group, ...]:
    """The groups of which a coordinator's entries were read in the end, in order of name."""
    read = evidence.history.processes.filter(pl.col("client") == COORDINATOR).sort("group")
    return tuple(Group(evidence, *row) for row in read.select("group", "kind").iter_rows())


def unread(evidence: Evidence, *claims: str) -> str | None:
    """Why `claims`, where the scenario states one, cannot be judged for all of its groups."""
    known = {group.kind for group in groups_of(evidence)}
    kinds = {each.name for each in evidence.scenario.log_workload.consumers if each.mode == "group"}
    missing = sorted(kinds - known)
    if missing and set(claims) & set(evidence.scenario.claims):
        return f"what the coordinator wrote about {', '.join(missing)} was not read to its end"
    return None
