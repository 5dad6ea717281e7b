"""What processors made: which record each result was made from, and where the two stand.

A result counts as there when the final read holds it, wherever it stands; of a result that was
acknowledged and is gone, `lost-write` tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from harness.checkers.evidence.arrays import NONE, Flags, Longs, Numbering, Rows
from harness.checkers.evidence.columns import OK
from harness.checkers.evidence.evidence import Evidence
from harness.model.workload import Processors


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The results of one kind of processors; rows are rows of sends."""

    spec: Processors
    processes: tuple[int, ...]
    """The lives of its workers."""
    result: Rows
    """Results that the final read holds, in the order of their log."""
    origin: Rows
    """Of each of these, the record that it was made from."""
    made: Flags
    """Per row of sends: whether a result was made of it, and is there or was acknowledged."""
    inputs: Rows
    """Records of the source that the final read holds, in the order of their log, from where the
    group began."""

    def first_of_each(self) -> Self:
        """Without those of a record that has one further ahead in the sink."""
        return self._only(np.sort(np.unique(self.origin, return_index=True)[1]))

    def comparable(self, evidence: Evidence) -> Self:
        """Without those whose record nobody knows the place of."""
        return self._only(np.flatnonzero(evidence.stands[self.origin] != NONE))

    def _only(self, rows: Rows) -> Self:
        return replace(self, result=self.result[rows], origin=self.origin[rows])

    def cells(self, evidence: Evidence) -> Longs:
        """Per result: where its record stands, as a number that grows along a log."""
        return evidence.placements.cell(evidence.stands[self.origin]).astype(np.int64)

    def paths(self, evidence: Evidence) -> Longs:
        """Per result: a dense number for its log of the sink, log of the source and key."""
        places = evidence.placements
        columns = np.stack(
            [
                places.log(evidence.stands[self.result]).astype(np.int64),
                places.log(evidence.stands[self.origin]).astype(np.int64),
                evidence.sends.key[self.origin],
            ]
        )
        numbers: Longs = np.unique(columns, axis=1, return_inverse=True)[1].reshape(-1)
        return numbers.astype(np.int64)


def results_of(evidence: Evidence) -> Iterator[Results]:
    """The results of every kind of processors whose source and sink were read to their ends."""
    if not evidence.scenario.log_workload.processors:
        return
    sends, origins = evidence.sends, evidence.history.origins
    row = Numbering(sends.value)
    result = row.rows_of(origins["value"].to_numpy())
    origin = row.rows_of(origins["origin"].to_numpy())
    known = (result != NONE) & (origin != NONE)
    result, origin = result[known], origin[known]
    for spec in evidence.scenario.log_workload.processors:
        processes = tuple(each for each, kind in evidence.kinds.items() if kind == spec.name)
        mine = np.isin(sends.process[result], processes)
        there = evidence.held_at_the_end[result]
        made = np.zeros(len(sends.value), dtype=np.bool_)
        made[origin[mine & (there | (sends.outcome[result] == OK))]] = True
        held = in_log_order(evidence, result[mine & there])
        source = np.flatnonzero(_of_topic(evidence, spec.source) & evidence.held_at_the_end)
        source = in_log_order(evidence, source)
        begun = evidence.placements.offset(evidence.stands[source]) >= spec.start
        back = np.full(len(sends.value), NONE, dtype=np.int64)
        back[result] = origin
        yield Results(
            spec=spec,
            processes=processes,
            result=held,
            origin=back[held],
            made=made,
            inputs=source[begun],
        )


def unread(evidence: Evidence) -> str | None:
    """Why results cannot be judged: a source or sink of processors was not read to its end."""
    workload = evidence.scenario.log_workload
    partitions = {topic.name: topic.partitions for topic in workload.topics}
    for spec in workload.processors:
        for topic in (spec.source, spec.sink):
            for number in range(partitions[topic]):
                if f"{topic}-{number}" not in evidence.ends:
                    return f"{topic}-{number} was not read to its end"
    return None


def in_log_order(evidence: Evidence, rows: Rows) -> Rows:
    """Rows of sends whose records stand somewhere, by log and offset."""
    rows = rows[evidence.stands[rows] != NONE]
    cell = evidence.placements.cell(evidence.stands[rows])
    ordered: Rows = rows[np.argsort(cell, kind="stable")]
    return ordered


def _of_topic(evidence: Evidence, name: str) -> Flags:
    numbers = [number for number, known in evidence.topic_names.items() if known == name]
    return np.isin(evidence.sends.topic, numbers)
