"""What a run waits for at the ends of its paths: that rows get there, and that all have."""

from collections.abc import Callable, Iterator
from functools import partial

from harness.model.pipeline.hops import copy_place, exits, topic_place
from harness.model.pipeline.paths import Path
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.ports.stack import Stack
from harness.workloads.pipeline.feeds.own_programs import (
    last_words,
    moved_by_programs,
    own_programs,
)
from harness.workloads.pipeline.feeds.standstill import Standstill
from harness.workloads.pipeline.gated import Gate
from harness.workloads.pipeline.marks import Marks, keeps_no_order
from harness.workloads.traffic import Condition


class Passage:
    """The conditions by which rows have passed through all paths of a pipeline.

    Args:
        workload: with its paths.
        marks: rows to look for.
        standstill: tells for which places nobody need wait.
        stack: whose programs are asked what they printed.
    """

    def __init__(
        self, workload: PipelineWorkload, marks: Marks, standstill: Standstill, stack: Stack
    ) -> None:
        self._workload = workload
        self._marks = marks
        self._standstill = standstill
        self._stack = stack
        self.gate = Gate(is_open=not any(own_programs(workload)))
        """Opens when every program is at work."""

    def ready(self) -> Iterator[Condition]:
        """Every program has moved a row; the gate opens behind that."""
        if self.gate.is_open:
            return
        yield "first rows to be written", self._marks.first.unwritten
        for place in moved_by_programs(self._workload):
            yield f"a first row to arrive in {place}", partial(self._unmoved, place)
        self.gate.open()

    def done(self) -> Iterator[Condition]:
        """An end mark in every table has come out everywhere, and so has what it may overtake.

        Nobody waits for what a FAILED task would have to move.
        """
        ends = self._marks.ends
        yield "end marks to be written", ends.unwritten
        for path, place in self._exits():
            yield f"end marks to arrive in {place}", self._moving(path, place, ends.missing)
        for path in self._workload.paths:
            for copy in filter(partial(keeps_no_order, path), path.copies):
                place = copy_place(path, copy)
                overtaking = self._moving(path, place, self._marks.overtaking(path, copy))
                yield f"{place} to equal the source", overtaking
        for path, place in self._exits():
            missing = self._moving(path, place, ends.latest_missing)
            yield f"the last end marks to arrive in {place}", missing

    def _exits(self) -> Iterator[tuple[Path, str]]:
        return ((path, place) for path in self._workload.paths for place in exits(path))

    def _moving(
        self, path: Path, place: str, probe: Callable[[str], str | None]
    ) -> Callable[[], str | None]:
        """`probe` of a place, as long as nothing that fills it stands still for good."""

        def ask() -> str | None:
            if any(map(self._standstill.at, (topic_place(path), place))):
                return None
            return probe(place)

        return ask

    def _unmoved(self, place: str) -> str | None:
        missing = self._marks.first.missing(place)
        return f"{missing}; {last_words(self._stack, self._workload)}" if missing else None
