"""The definitions of all anomalies once more, as slow and as plain as they can be.

Small histories are judged by this and by the checkers; both must count the same.
"""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from harness.history.history import NOTHING, History
from harness.model.facts import Facts
from harness.model.scenario import Scenario
from tests.checkers.circles import Circles
from tests.checkers.ways import passed_over

Row = dict[str, Any]
Place = tuple[int, int]


class Oracle:
    """Counts anomalies of a small history, pair by pair."""

    def __init__(self, history: History, facts: Facts, scenario: Scenario) -> None:
        self.ops: list[Row] = history.operations.to_dicts()
        self.sends: list[Row] = history.sends.to_dicts()
        self.reads: list[Row] = history.reads.to_dicts()
        self.assignments: list[Row] = history.assignments.to_dicts()
        self.commits: list[Row] = history.commits.to_dicts()
        self.processes: list[Row] = history.processes.to_dicts()
        self.logs: list[Row] = history.logs.to_dicts()
        self.scenario = scenario
        self.ends = {end.log: end for end in facts.logs if end.read_to >= end.end}
        self.sender = {send["value"]: send for send in self.sends}
        self.order = self._version_order()

    def counts(self) -> dict[str, int]:
        """How many anomalies of each kind there are."""
        found = Counter(
            {
                "inconsistent-offsets": self._shared(self.order),
                "forked-offset": self._shared(self._seen()),
                "duplicate": self._duplicates(),
                "G1a": sum(
                    self._ok(read) and self._outcome(self.sender.get(read["value"])) == "fail"
                    for read in self.reads
                ),
                "phantom": len({self.at(read) for read in self.reads if not self._from(read)}),
                "misrouted": len({self.at(read) for read in self.reads if self._astray(read)}),
                "lost-write": len(self._lost() | self._passed()),
                "unseen": sum(self._is_unseen(send) for send in self.sends),
                "ghost": len(self._ghosts()),
                "unsent": sum(self._is_unsent(send) for send in self.sends),
                "realtime-order": sum(self._behind(log) for log in range(len(self.logs))),
                "duplicate-processing": self._twice(),
                "group-skip": passed_over(self),
                "precommitted-read": sum(
                    (send := self._from(read)) is not None and send["op"] == read["op"]
                    for read in self.reads
                ),
                "torn-commit": sum(self._is_torn(op) for op in self.ops),
                "double-processing": self._consumed_twice(),
            }
        )
        found.update(Circles(self).counts())
        found.update(self._polls())
        found.update(self._sends())
        return {kind: count for kind, count in found.items() if count}

    # The version order: log → offset → values.

    def _version_order(self) -> dict[int, dict[int, set[int]]]:
        order = self._seen()
        for send in self.sends:
            if self._told(send) and self._committed(send):
                order[send["log"]][send["offset"]].add(send["value"])
        return order

    def _seen(self) -> dict[int, dict[int, set[int]]]:
        seen: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for read in self.reads:
            seen[read["log"]][read["offset"]].add(read["value"])
        return seen

    def _committed(self, send: Row) -> bool:
        if self._outcome(send) == "ok":
            return True
        siblings = [other for other in self.sends if other["op"] == send["op"]]
        return self._outcome(send) == "info" and any(self._read_ok(each) for each in siblings)

    def index(self, log: int, offset: int) -> int:
        return sorted(self.order[log]).index(offset)

    def _offsets(self, log: int, value: int) -> list[int]:
        return sorted(at for at, values in self.order[log].items() if value in values)

    def stands(self, send: Row) -> Place | None:
        places = [
            (log, offset)
            for log in range(len(self.logs))
            for offset in self._offsets(log, send["value"])
        ]
        told = (send["log"], send["offset"])
        if told in places and places[0][0] != told[0]:
            return told
        return places[0] if places else None

    # Small words.

    def _outcome(self, send: Row | None) -> str | None:
        return self.ops[send["op"]]["outcome"] if send else None

    def _ok(self, read: Row) -> bool:
        return bool(self.ops[read["op"]]["outcome"] == "ok")

    def final(self, read: Row) -> bool:
        return bool(self.ops[read["op"]]["f"] == "drain")

    def _told(self, send: Row) -> bool:
        return send["log"] is not None and send["offset"] is not None

    def _from(self, read: Row) -> Row | None:
        return self.sender.get(read["value"])

    def at(self, read: Row) -> tuple[int, int, int]:
        return read["log"], read["offset"], read["value"]

    def _read_ok(self, send: Row) -> bool:
        return any(self._ok(read) and read["value"] == send["value"] for read in self.reads)

    def _read(self, send: Row) -> bool:
        return any(read["value"] == send["value"] for read in self.reads)

    def _held(self, send: Row) -> bool:
        return any(self.final(read) and read["value"] == send["value"] for read in self.reads)

    def end(self, log: int) -> Any:
        return self.ends.get(self.logs[log]["name"])

    def _whole(self, topic: int) -> bool:
        names = {each["name"].rpartition("-")[0] for each in self.logs if each["topic"] == topic}
        if not names:
            kinds = {spec.name: spec.topic for spec in self.scenario.log_workload.producers}
            names = {
                kinds[self.process(self.ops[send["op"]])["kind"]]
                for send in self.sends
                if send["topic"] == topic
            }
        wanted = {
            f"{each.name}-{number}"
            for each in self.scenario.log_workload.topics
            if each.name in names
            for number in range(each.partitions)
        } | {each["name"] for each in self.logs if each["topic"] == topic}
        return all(log in self.ends and self.ends[log].start == 0 for log in wanted)

    def process(self, op: Row) -> Row:
        return next(each for each in self.processes if each["process"] == op["process"])

    # One kind each.

    def _shared(self, order: dict[int, dict[int, set[int]]]) -> int:
        return sum(len(values) > 1 for offsets in order.values() for values in offsets.values())

    def _duplicates(self) -> int:
        return sum(
            len(self._offsets(log, value)) > 1
            for log in list(self.order)
            for value in {value for values in self.order[log].values() for value in values}
            if value != NOTHING
        )

    def _astray(self, read: Row) -> bool:
        send = self._from(read)
        if send is None:
            return False
        elsewhere = send["log"] is not None and send["log"] != read["log"]
        return elsewhere or bool(self.logs[read["log"]]["topic"] != send["topic"])

    def _lost(self) -> set[int]:
        return {
            send["value"]
            for send in self.sends
            if self._outcome(send) == "ok" and not self._held(send) and self._absence_proves(send)
        }

    def _absence_proves(self, send: Row) -> bool:
        if send["log"] is None:
            return self._whole(send["topic"])
        end = self.end(send["log"])
        if end is None:
            return False
        return bool(end.start == 0 if send["offset"] is None else send["offset"] >= end.start)

    def _passed(self) -> set[int]:
        lost = set()
        for log in range(len(self.logs)):
            read = {each["value"] for each in self.reads if each["log"] == log and self._ok(each)}
            if self.end(log) or not read:
                continue
            bound = max(self.index(log, self._offsets(log, value)[0]) for value in read)
            for value in {value for values in self.order[log].values() for value in values}:
                send = self.sender.get(value)
                below = self.index(log, self._offsets(log, value)[-1]) <= bound
                if below and send and self._committed(send) and not self._read(send):
                    lost.add(value)
        return lost

    def _is_unseen(self, send: Row) -> bool:
        if self._outcome(send) != "ok" or self._read_ok(send):
            return False
        return not (self._whole(send["topic"]) if send["log"] is None else self.end(send["log"]))

    def _ghosts(self) -> set[tuple[int, int]]:
        final = {(each["log"], each["value"]) for each in self.reads if self.final(each)}
        return {
            (read["log"], read["value"])
            for read in self.reads
            if self._ok(read) and not self.final(read)
            if (end := self.end(read["log"])) and read["offset"] >= end.start
        } - final

    def _is_unsent(self, send: Row) -> bool:
        kinds = [
            each.name for each in self.scenario.log_workload.producers if each.belief == "enqueue"
        ]
        return (
            self.process(self.ops[send["op"]])["kind"] in kinds
            and self._outcome(send) != "ok"
            and not self._held(send)
            and self._whole(send["topic"])
        )

    def _behind(self, log: int) -> int:
        placed = []
        for send in self.sends:
            offsets = self._offsets(log, send["value"])
            if self.end(log):
                offsets = sorted(
                    read["offset"]
                    for read in self.reads
                    if self.final(read) and (read["log"], read["value"]) == (log, send["value"])
                )
            if offsets:
                placed.append((offsets[0], self.ops[send["op"]]))
        return sum(
            any(before < behind and b["invoke_ns"] > a["complete_ns"] for before, b in placed)
            for behind, a in placed
            if a["outcome"] == "ok" and a["complete_ns"] is not None
        )

    def handed(self, group: str, *, counting: bool = False) -> Counter[tuple[int, int, int]]:
        return Counter(
            self.at(read)
            for read in self.reads
            for op in [self.ops[read["op"]]]
            if self.process(op)["group"] == group
            and not (counting and op["f"] == "txn" and op["outcome"] != "ok")
        )

    def groups(self) -> set[str]:
        return {each["group"] for each in self.processes if each["group"] is not None}

    def _twice(self) -> int:
        groups = self.groups()
        return sum(n > 1 for each in groups for n in self.handed(each, counting=True).values())

    def _is_torn(self, op: Row) -> bool:
        sends = [each for each in self.sends if each["op"] == op["op"] and op["f"] == "txn"]
        passed = self._passed()
        return any(self._read(each) for each in sends) and any(
            each["value"] in passed or (not self._held(each) and self._absence_proves(each))
            for each in sends
            if not self._read(each)
        )

    def _consumed_twice(self) -> int:
        consumers: dict[tuple[str, tuple[int, int, int]], set[int]] = defaultdict(set)
        for read in self.reads:
            op = self.ops[read["op"]]
            group = self.process(op)["group"]
            committed = [
                each["offset"]
                for each in self.commits
                if (each["op"], each["log"]) == (read["op"], read["log"])
            ]
            ended = op["f"] == "txn" and op["outcome"] == "ok"
            if ended and group and committed and committed[-1] > read["offset"]:
                consumers[group, self.at(read)].add(op["op"])
        return sum(len(ops) > 1 for ops in consumers.values())

    # Walks.

    def _until(self, op: Row) -> int:
        ended = op["complete_ns"] if op["complete_ns"] is not None else op["invoke_ns"]
        return max(int(each["op"]) for each in self.ops if each["invoke_ns"] <= ended)

    def _dropped(self, first: int, last: Row, log: int) -> bool:
        return any(
            change["process"] == last["process"]
            and change["f"] in {"assign", "subscribe"}
            and change["outcome"] != "fail"
            and first < change["op"] <= self._until(last)
            and {"op": change["op"], "log": log} not in self.assignments
            for change in self.ops
        )

    def _rebalanced(self, op: Row, log: int) -> bool:
        return any(
            self.ops[each["op"]]["process"] == op["process"]
            and each["log"] == log
            and op["op"] < each["op"] <= self._until(op)
            for each in self.assignments
        )

    def _polls(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for op in self.ops:
            for log in range(len(self.logs)):
                mine = self._reads_of(op["op"], log)
                if not self._rebalanced(op, log):
                    for one, two in pairwise(mine):
                        self._step(found, one, two, "int-poll-skip", "int-nonmonotonic-poll")
                before = [
                    other
                    for other in self.ops[: op["op"]]
                    if other["process"] == op["process"] and other["outcome"] == "ok"
                    if self._reads_of(other["op"], log)
                ]
                if mine and before and not self._dropped(before[-1]["op"], op, log):
                    last = self._reads_of(before[-1]["op"], log)[-1]
                    self._step(found, last, mine[0], "poll-skip", "nonmonotonic-poll")
        return found

    def _reads_of(self, op: int, log: int) -> list[int]:
        return [
            self.index(log, read["offset"])
            for read in self.reads
            if read["op"] == op and read["log"] == log
        ]

    def _sends(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for op in self.ops:
            for log in range(len(self.logs)):
                mine = self._sends_of(op["op"], log)
                if not self._rebalanced(op, log):
                    for one, two in pairwise(mine):
                        self._step(found, one, two, "int-send-skip", "int-nonmonotonic-send")
                if op["outcome"] == "fail" or not mine:
                    continue
                before = [
                    other
                    for other in self.ops[: op["op"]]
                    if other["process"] == op["process"] and other["outcome"] != "fail"
                    if self._sends_of(other["op"], log)
                ]
                if before and not self._dropped(before[-1]["op"], op, log):
                    last = self._sends_of(before[-1]["op"], log)[-1]
                    self._step(found, last, mine[0], "", "nonmonotonic-send")
        del found[""]
        return found

    def _sends_of(self, op: int, log: int) -> list[int | None]:
        places: list[int | None] = []
        for send in self.sends:
            if send["op"] != op:
                continue
            stands = self.stands(send)
            where = stands[0] if stands else send["log"]
            if where == log:
                places.append(self.index(*stands) if stands else None)
        return places

    def _step(
        self, found: Counter[str], one: int | None, two: int | None, skip: str, back: str
    ) -> None:
        if one is not None and two is not None:
            found[skip] += two - one > 1
            found[back] += two - one < 1
