"""Circles of transactions by their definition: who can be reached from where, pair by pair."""

from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.checkers.oracle import Oracle

Pairs = set[tuple[int, int]]


class Circles:
    """Counts the circles of a small history."""

    def __init__(self, oracle: "Oracle") -> None:
        self.oracle = oracle
        final = {op["op"] for op in oracle.ops if op["f"] == "drain"}
        taking_part = {row["op"] for row in oracle.sends}
        taking_part |= {row["op"] for row in oracle.reads} - final
        self.ops = [op for op in oracle.ops if op["op"] in taking_part]

    def counts(self) -> dict[str, int]:
        """How many circles of each kind there are."""
        if not any(op["f"] == "txn" for op in self.oracle.ops):
            return {}
        ww, wr = self._ww(), self._wr()
        process = self._process()
        realtime = process | self._realtime()
        none: list[Pairs] = []
        return {
            "G0": self._circles(ww, none),
            "G1c": self._circles(wr, none),
            "G1c-ww": self._circles(ww | wr, [ww, wr]),
            "G0-process": self._circles(ww | process, [ww]),
            "G1c-process": self._circles(wr | process, [wr]),
            "G0-realtime": self._circles(ww | realtime, [ww | process]),
            "G1c-realtime": self._circles(wr | realtime, [wr | process]),
        }

    def _circles(self, edges: Pairs, weaker: list[Pairs]) -> int:
        """How many components have an edge whose ends no weaker graph has in one component."""
        component = self._components(edges)
        before = [self._components(each) for each in weaker]
        return len(
            {
                component[one]
                for one, two in edges
                if component[one] == component[two]
                and all(each[one] != each[two] for each in before)
            }
        )

    def _components(self, edges: Pairs) -> dict[int, frozenset[int]]:
        nodes = [op["op"] for op in self.ops]
        reached = set(edges)
        for middle, one, two in product(nodes, nodes, nodes):
            if (one, middle) in reached and (middle, two) in reached:
                reached.add((one, two))
        return {
            one: frozenset({one, *(two for two in nodes if {(one, two), (two, one)} <= reached)})
            for one in nodes
        }

    def _ww(self) -> Pairs:
        sent = [
            (send["op"], stands[0], self.oracle.index(*stands))
            for send in self.oracle.sends
            if self._outcome(send["op"]) != "fail" and (stands := self.oracle.stands(send))
        ]
        return {
            (one, two)
            for one, log, index in sent
            for two, log_of_two, index_of_two in sent
            if one != two and log == log_of_two and index_of_two == index + 1
        }

    def _wr(self) -> Pairs:
        return {
            (send["op"], read["op"])
            for read in self.oracle.reads
            if (send := self.oracle.sender.get(read["value"])) is not None
            and send["op"] != read["op"]
            and self._outcome(send["op"]) != "fail"
            and self.oracle.ops[read["op"]]["f"] != "drain"
        }

    def _process(self) -> Pairs:
        pairs = set()
        for op in self.ops:
            before = [
                each["op"]
                for each in self.ops
                if each["process"] == op["process"]
                and each["op"] < op["op"]
                and each["outcome"] != "info"
            ]
            pairs |= {(before[-1], op["op"])} if before else set()
        return pairs

    def _realtime(self) -> Pairs:
        return {
            (one["op"], two["op"])
            for one, two in product(self.ops, self.ops)
            if one["outcome"] != "info"
            and one["complete_ns"] is not None
            and one["complete_ns"] < two["invoke_ns"]
        }

    def _outcome(self, op: int) -> Any:
        return self.oracle.ops[op]["outcome"]
