"""What checkers look at: history, facts and scenario, and what several of them derive from these.

Everything derived is worked out once, when the first checker asks for it.
"""

from functools import cached_property

import numpy as np

from harness.checkers.evidence.arrays import NONE, SMALL, Flags, Ints, Longs, Numbers, Rows
from harness.checkers.evidence.columns import (
    OK,
    TXN,
    Operations,
    Reads,
    Sends,
    operations_of,
    reads_of,
    sends_of,
)
from harness.checkers.evidence.pipeline.trails import Trails
from harness.checkers.evidence.placements import Placements, placements_of
from harness.history.history import History
from harness.model.cleanup import partitions_of
from harness.model.clients import reads_uncommitted
from harness.model.facts import Facts, LogEnd
from harness.model.scenario import Scenario


class Evidence:
    """A sound history (see `soundness`) with its facts and its scenario."""

    def __init__(self, history: History, facts: Facts, scenario: Scenario) -> None:
        self.history = history
        self.facts = facts
        self.scenario = scenario

    @cached_property
    def operations(self) -> Operations:
        """Columns of the operations."""
        return operations_of(self.history)

    @cached_property
    def sends(self) -> Sends:
        """Columns of the records sent."""
        return sends_of(self.history, self.operations)

    @cached_property
    def reads(self) -> Reads:
        """Columns of the records read."""
        return reads_of(self.history, self.operations, self._dirty_readers)

    @cached_property
    def placements(self) -> Placements:
        """The version order."""
        return placements_of(self.sends, self.reads, len(self.log_names))

    @cached_property
    def log_names(self) -> list[str]:
        """Names of logs by number."""
        return self.history.logs["name"].to_list()

    @cached_property
    def topic_of_log(self) -> Ints:
        """Topics of logs by number."""
        return self.history.logs["topic"].to_numpy()

    @cached_property
    def process_names(self) -> dict[int, str]:
        """Names of processes."""
        frame = self.history.processes
        return dict(zip(frame["process"].to_list(), frame["name"].to_list(), strict=True))

    @cached_property
    def kinds(self) -> dict[int, str]:
        """What the scenario calls the kind of each process."""
        frame = self.history.processes
        return dict(zip(frame["process"].to_list(), frame["kind"].to_list(), strict=True))

    @cached_property
    def processes(self) -> Ints:
        """The processes that did anything, in order."""
        return np.unique(self.operations.process)

    @cached_property
    def actor(self) -> Longs:
        """Per operation: the position of its process among `processes`."""
        known, process = self.processes, self.operations.process
        lowest = int(known[0]) if len(known) else 0
        if not len(known) or int(known[-1]) - lowest >= SMALL:
            return np.searchsorted(known, process)
        positions = np.zeros(int(known[-1]) - lowest + 1, dtype=np.int64)
        positions[known - lowest] = np.arange(len(known))
        return positions[process - lowest]

    def along(self, op: Numbers, log: Ints) -> tuple[Rows, Numbers]:
        """The order of records by process and log, and the path of each in that order.

        A path is a process and a log in one number: `actor * logs + log`. Records of one path keep
        their order.
        """
        logs = len(self.log_names)
        # Sixteen bits are sorted in linear time, and are enough for most runs.
        kind = np.uint16 if len(self.processes) * logs < 1 << 16 else np.int64
        path = (self.actor * logs).astype(kind)[op] + log.astype(kind)
        order = np.argsort(path, kind="stable")
        return order, path[order]

    @cached_property
    def groups(self) -> dict[int, str]:
        """The group of each process that is a member of one."""
        frame = self.history.processes.drop_nulls("group")
        return dict(zip(frame["process"].to_list(), frame["group"].to_list(), strict=True))

    @cached_property
    def ends(self) -> dict[str, LogEnd]:
        """Logs that the final read covered completely, by name."""
        return {end.log: end for end in self.facts.logs if end.read_to >= end.end}

    @cached_property
    def drained(self) -> Flags:
        """Per log: whether the final read covered it completely."""
        return np.array([name in self.ends for name in self.log_names], dtype=np.bool_)

    @cached_property
    def starts(self) -> Longs:
        """Per log: its start offset at the end of the run, 0 when it was not drained."""
        ends = [self.ends.get(name) for name in self.log_names]
        return np.array([end.start if end else 0 for end in ends], dtype=np.int64)

    @cached_property
    def topic_names(self) -> dict[int, str]:
        """Names of topics, as far as a log of theirs or their producers tell it."""
        kinds = self.kinds
        producers = self.scenario.log_workload.producers
        wanted = {spec.name: spec.topic for spec in producers if len(spec.destinations) == 1}
        pairs = self.sends.process.astype(np.int64) << 32 | self.sends.topic
        found = {
            int(pair & 0xFFFFFFFF): wanted[kinds[int(pair >> 32)]]
            for pair in np.unique(pairs)
            if kinds.get(int(pair >> 32)) in wanted
        }
        for topic, name in self.history.logs.select("topic", "name").iter_rows():
            found[topic] = name.rpartition("-")[0]
        return found

    @cached_property
    def whole_topics(self) -> frozenset[int]:
        """Topics of which the final read covered every log from its offset 0 to its end.

        What is in none of their logs is nowhere; retention removed nothing either.
        """
        scenario = self.scenario
        partitions = {
            topic.name: partitions_of(scenario, topic) for topic in scenario.log_workload.topics
        }
        whole = set()
        for topic, name in self.topic_names.items():
            logs = {f"{name}-{number}" for number in range(partitions.get(name, 0))}
            logs |= {log for log in self.log_names if log.rpartition("-")[0] == name}
            if logs and all(log in self.ends and self.ends[log].start == 0 for log in logs):
                whole.add(topic)
        return frozenset(whole)

    @cached_property
    def stands(self) -> Ints:
        """Per send: the placement where its record first stands; NONE where nobody knows.

        That is the first certain placement of its value, in the log its sender was told if it was.
        """
        places = self.placements
        found = np.full(len(self.sends.value), NONE, dtype=np.int32)
        known = np.flatnonzero(places.certain & (places.sender != NONE))
        if len(places.extra_cell):
            known = known[np.argsort(places.cell(known), kind="stable")]
        # Backwards, so that the first one is written last.
        found[places.sender[known[::-1]]] = known[::-1]
        told = np.flatnonzero(places.told != NONE)
        told = told[places.certain[places.told[told]]]
        elsewhere = told[places.log(found[told]) != self.sends.log[told]]
        found[elsewhere] = places.told[elsewhere]
        return found

    @cached_property
    def tombstones(self) -> Flags:
        """Per send: whether its record deletes its key."""
        deletes = self.history.tombstones["value"].to_numpy()
        return np.isin(self.sends.value, deletes)

    @cached_property
    def repeated(self) -> Flags:
        """Per send: whether its value has several certain placements."""
        places = self.placements
        senders = places.sender[places.certain & (places.sender != NONE)]
        return np.bincount(senders, minlength=len(self.sends.value)) > 1

    @cached_property
    def held_at_the_end(self) -> Flags:
        """Per send: whether the final read holds its value, in whatever log."""
        return self._of_senders(self.placements.final)

    @cached_property
    def read_ok(self) -> Flags:
        """Per send: whether an ok operation read its value."""
        return self._of_senders(self.placements.seen_ok)

    @cached_property
    def read(self) -> Flags:
        """Per send: whether any operation read its value."""
        return self._of_senders(self.placements.seen)

    @cached_property
    def read_for_good(self) -> Flags:
        """Per send: whether anybody read its value who was not given it provisionally."""
        places = self.placements
        found = np.zeros(len(places.value), dtype=np.bool_)
        found[places.of_read[~places.provisional]] = True
        return self._of_senders(found)

    @cached_property
    def deliveries(self) -> dict[str, Longs]:
        """Per group: how often each placement was handed to its members."""
        return self._handed(np.ones(len(self.operations.f), dtype=np.bool_))

    @cached_property
    def counting(self) -> Flags:
        """Per operation: whether what it was handed must not be handed out again.

        What a transaction was handed counts when it committed.
        """
        counts: Flags = (self.operations.f != TXN) | (self.operations.outcome == OK)
        return counts

    @cached_property
    def processed(self) -> dict[str, Longs]:
        """Per group: how often each placement was handed to members in operations that count."""
        return self._handed(self.counting)

    @cached_property
    def trails(self) -> Trails:
        """Where the row changes of a pipeline went."""
        scenario = self.scenario
        return Trails(self.history, self.facts, scenario.pipeline, scenario.topology)

    def readers(self, placement: int, limit: int = 1) -> Rows:
        """The first `limit` rows of reads that saw `placement`."""
        return np.flatnonzero(self.placements.of_read == placement)[:limit]

    @property
    def _dirty_readers(self) -> list[int]:
        """Processes of consumers that read what is not committed."""
        consumers = self.scenario.log_workload.consumers
        dirty = [each.name for each in consumers if reads_uncommitted(each)]
        frame = self.history.processes
        return frame.filter(frame["kind"].is_in(dirty))["process"].to_list()

    def _handed(self, wanted: Flags) -> dict[str, Longs]:
        member = np.zeros(len(self.operations.process), dtype=np.int8)
        names = sorted(set(self.groups.values()))
        for process, group in self.groups.items():
            member[(self.operations.process == process) & wanted] = 1 + names.index(group)
        of_read = member[self.reads.op]
        return {
            name: np.bincount(
                self.placements.of_read[of_read == number], minlength=len(self.placements.value)
            )
            for number, name in enumerate(names, start=1)
        }

    def _of_senders(self, wanted: Flags) -> Flags:
        senders = self.placements.sender[wanted]
        found = np.zeros(len(self.sends.value), dtype=np.bool_)
        found[senders[senders != NONE]] = True
        return found
