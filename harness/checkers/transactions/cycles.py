"""Transactions do not depend on one another in a cycle.

Evidence: a cycle in the graph of `dependencies`, of

    G0           ww edges
    G0-process   ww and process edges, the latter needed to close it
    G0-realtime  ww, process and real-time edges, the last needed to close it
    G1c          wr edges: each read what the one before it sent, so none was committed before the
                 next read it, though nobody may see what is not committed
    G1c-process, G1c-realtime   as above, with such edges to close it: somebody read what was sent
                 only later; or was read while open, and then read what was sent only after that
    G1c-ww       ww and wr edges, both needed to close it

Kafka gives records of concurrent transactions the offsets in which they arrive, so that cycles with
ww edges are no fault; the part of them that is one has its own names (`realtime-order`,
`nonmonotonic-send`). The reference calls G1c what is here G1c and G1c-ww, and permits both unless
it is told to leave ww edges out. Where it gives up after a second (`cycle-search-timeout`,
`PL-1-cycle-exists` and their like), components are found here in linear time, and each has a cycle.
A run without any edges (`empty-transaction-graph`) is one without acknowledged sends: UNKNOWN.

UNKNOWN: never. Reports: the kinds above, once per strongly connected component.
Cost: O(records), where there are transactions; and a bounded search for each example.
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.arrays import NONE, Flags, Ints, Rows
from harness.checkers.evidence.columns import TXN
from harness.checkers.evidence.dependencies import PROCESS, REALTIME, WR, WW, Edges, dependencies
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.proof import Proof, times_of, who
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

G1C = Kind(
    "G1c",
    meaning="Transactions read from one another in a cycle, so that each read what was not "
    "committed yet.",
    counted="{cycle|cycles} of transactions that read from one another",
    weight=700,
    claim="atomicity",
)
G1C_PROCESS = Kind(
    "G1c-process",
    meaning="A cycle of transactions that read from one another, or follow one another in one "
    "process.",
    counted="{cycle|cycles} of transactions that read from, or follow in one process, one another",
    weight=690,
    claim="atomicity",
)
G1C_REALTIME = Kind(
    "G1c-realtime",
    meaning="A cycle of transactions that read from one another, or start after another ended, so "
    "that a record was read before it was sent, or before it was committed.",
    counted="{cycle|cycles} of transactions that read from one another, or start after another "
    "ended",
    weight=680,
    claim="atomicity",
)
G0 = Kind(
    "G0",
    meaning="Records of transactions come after one another in a cycle, as those of concurrent "
    "ones may.",
    counted="{cycle|cycles} of transactions whose records come after one another",
    weight=430,
)
G0_PROCESS = Kind(
    "G0-process",
    meaning="A cycle as in G0, of which a step is the order of one process.",
    counted="such {cycle|cycles}, closed by an order within a process",
    weight=420,
)
G0_REALTIME = Kind(
    "G0-realtime",
    meaning="A cycle as in G0, of which a step is that one ended before the other began.",
    counted="such {cycle|cycles}, closed by an order in time",
    weight=410,
)
G1C_WW = Kind(
    "G1c-ww",
    meaning="A cycle of transactions, some linked by reading and some by the order of their "
    "records, as concurrent ones may be.",
    counted="{cycle|cycles} of transactions that read from, or come after, one another",
    weight=400,
)

CYCLES: dict[Kind, tuple[int, tuple[Kind, ...]]] = {
    G1C: (WR, ()),
    G1C_PROCESS: (WR | PROCESS, (G1C,)),
    G1C_REALTIME: (WR | PROCESS | REALTIME, (G1C_PROCESS,)),
    G0: (WW, ()),
    G0_PROCESS: (WW | PROCESS, (G0,)),
    G0_REALTIME: (WW | PROCESS | REALTIME, (G0_PROCESS,)),
    G1C_WW: (WW | WR, (G0, G1C)),
}
"""Which edges a cycle of each kind is made of, and which kinds are the same with fewer edges."""


@checker("cycles")
def cycles(evidence: Evidence) -> CheckResult:
    """Find cycles of transactions."""
    if not (evidence.operations.f == TXN).any():
        return report("cycles")
    # SciPy takes a fifth of a second to load, which runs without transactions need not wait for.
    from harness.checkers.evidence.components import components

    edges = dependencies(evidence)
    label = components(edges)
    edges = edges.where(label[edges.tail] == label[edges.head])
    found: list[Found] = []
    labels: dict[Kind, Ints] = {}
    for kind, (kinds, weaker) in CYCLES.items() if len(edges.tail) else ():
        mine = edges.where((edges.kind & kinds) != 0)
        label = labels[kind] = components(mine)
        closing = label[mine.tail] == label[mine.head]
        mine = mine.where(closing)
        needed = _needed(mine, label, [labels[each] for each in weaker])
        found.append(_of_kind(evidence, kind, mine, np.flatnonzero(needed), label))
    return report("cycles", *found)


def _needed(edges: Edges, label: Ints, weaker: list[Ints]) -> Flags:
    """Edges on a cycle that no weaker kind closes, given the components of those."""
    needed: Flags = np.ones(len(edges.tail), dtype=np.bool_)
    for each in weaker:
        needed &= each[edges.tail] != each[edges.head]
    moments = np.maximum(edges.tail, edges.head) >= edges.operations
    if moments.any():
        # A moment is in no component of a weaker kind, so look at the operations around it: more
        # than one component among them must have become one.
        operations = np.unique(np.concatenate([edges.tail, edges.head]))
        operations = operations[operations < edges.operations]
        pairs = np.unique(np.stack([label[operations], weaker[0][operations]]), axis=1)
        joined = np.bincount(pairs[0], minlength=int(label.max()) + 1) > 1
        needed &= joined[label[edges.tail]]
    return needed


def _of_kind(evidence: Evidence, kind: Kind, edges: Edges, needed: Rows, label: Ints) -> Found:
    """One case per component with a needed edge: its first operation."""
    closed = np.unique(label[edges.tail[needed]])
    first = np.full(int(label.max(initial=-1)) + 1, edges.nodes)
    np.minimum.at(first, label[edges.tail], edges.tail)

    def explain(case: int) -> Anomaly:
        from harness.checkers.evidence.components import shortest_cycle

        inside = np.flatnonzero(label[edges.tail] == label[case])
        mine = edges.where(inside)
        through = np.searchsorted(inside, needed[label[edges.tail[needed]] == label[case]])
        # An edge that goes far back in time closes a long cycle; moments may close one of another
        # kind, so they come last.
        tail, head = mine.tail[through], mine.head[through]
        moments = np.maximum(tail, head) >= edges.operations
        through = through[np.lexsort((np.abs(tail - head), moments))]
        return _explain(evidence, kind, mine, shortest_cycle(mine, through))

    return Found(kind, np.sort(first[closed]), explain)


def _explain(evidence: Evidence, kind: Kind, edges: Edges, nodes: list[int]) -> Anomaly:
    operations = [node for node in nodes if node < edges.operations]
    begin = operations.index(min(operations))
    operations = operations[begin:] + operations[:begin]
    proof = Proof(evidence, kind)
    for one, two in zip(operations, [*operations[1:], operations[0]], strict=True):
        between = edges.kind[(edges.tail == one) & (edges.head == two)]
        _link(evidence, proof, one, two, int(np.bitwise_or.reduce(between, initial=0)))
    if kind is G1C:
        proof.add("each of them had to be committed before the next one could read it")
    return proof.add(f"so {who(evidence, operations[0])} came before itself").end()


def _link(evidence: Evidence, proof: Proof, one: int, two: int, kinds: int) -> None:
    """Tell why `one` came before `two`."""
    sends = evidence.sends
    mine = np.flatnonzero(sends.op == one)
    if kinds & WR:
        for row in np.flatnonzero(evidence.reads.op == two).tolist():
            sender = int(evidence.placements.sender[evidence.placements.of_read[row]])
            if sender != NONE and sends.op[sender] == one:
                proof.sent(sender).read(row, before="and ")
                return
    if kinds & WW:
        for sender in mine.tolist():
            for behind in np.flatnonzero(sends.op == two).tolist():
                if _neighbours(evidence, sender, behind):
                    proof.sent(sender).sent(behind, before="and right behind that record, ")
                    return
    proof.mention(one, two)
    if kinds & PROCESS:
        proof.add(f"{who(evidence, one)} came before {who(evidence, two)} in that process")
        return
    proof.add(f"{who(evidence, one)} {times_of(evidence, one)}")
    proof.add(f"only then {who(evidence, two)} {times_of(evidence, two)}")


def _neighbours(evidence: Evidence, one: int, two: int) -> bool:
    """Whether the record of row `two` of sends stands right behind that of row `one`."""
    places = evidence.placements
    stands = evidence.stands[[one, two]]
    if (stands == NONE).any():
        return False
    log, index = places.log(stands), places.index[places.cell(stands)]
    return bool(log[0] == log[1] and index[1] - index[0] == 1)
