"""Proofs of anomalies: operations, and sentences about them that a person can follow."""

from typing import Self

import numpy as np

from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.columns import FAIL, INFO, NEVER, OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly


class Proof:
    """Collects the operations and sentences that prove one anomaly."""

    def __init__(self, evidence: Evidence, kind: Kind, hop: str | None = None) -> None:
        self._evidence = evidence
        self._kind = kind
        self._hop = hop
        self._log: str | None = None
        self._operations: list[int] = []
        self._values: list[int] = []
        self._keys: list[int] = []
        self._because: list[str] = []

    def sent(self, row: int, *, before: str = "", after: str = "") -> Self:
        """Tell of a row of sends."""
        sends = self._evidence.sends
        self._values.append(int(sends.value[row]))
        self._keys.append(int(sends.key[row]))
        self.mention(int(sends.op[row]))
        return self.add(f"{before}{send_sentence(self._evidence, row)}{after}")

    def read(self, row: int, *, before: str = "", after: str = "") -> Self:
        """Tell of a row of reads."""
        reads = self._evidence.reads
        self._values.append(int(reads.value[row]))
        self.mention(int(reads.op[row]))
        return self.add(f"{before}{read_sentence(self._evidence, row)}{after}")

    def without(self, log: int, offset: int) -> Self:
        """Tell that the final read of `log` lacks the record that should stand at `offset`.

        The proving operation is the one that read past that place.
        """
        evidence = self._evidence
        end = evidence.ends[evidence.log_names[log]]
        rows = np.flatnonzero(evidence.reads.final & (evidence.reads.log == log))
        by = ""
        if len(rows):
            beyond = rows[evidence.reads.offset[rows] >= offset]
            op = int(evidence.reads.op[beyond[0] if len(beyond) else rows[-1]])
            self.mention(op)
            by = f", in operation {evidence.history.operation_label(op)},"
        return self.add(
            f"yet the final read{by} covers offsets {end.start} to {end.end - 1} of {end.log} "
            "without it"
            if end.end > end.start
            else f"yet the final read finds {end.log} empty"
        )

    def absent(self, row: int) -> Self:
        """Tell why the record of a row of sends is in no log; see `absence`."""
        evidence = self._evidence
        log, offset = int(evidence.sends.log[row]), int(evidence.sends.offset[row])
        if log == NONE:
            return self.add("yet no partition of its topic contains it, all read from offset 0")
        if evidence.drained[log]:
            return self.without(log, offset)
        places = evidence.placements
        beyond = places.in_log_order(log)
        cell = places.cell(np.array([places.told[row]]))
        beyond = beyond[places.seen_ok[beyond] & (places.cell(beyond) >= cell)]
        for place in beyond[:1].tolist():
            self.read(int(evidence.readers(place)[0]), before="yet ")
        return self.add("and no reader ever received it")

    def mention(self, *operations: int | None) -> Self:
        """Count operations, as far as there are any, among those that prove it."""
        self._operations += [each for each in operations if each is not None and each != NONE]
        return self

    def add(self, sentence: str) -> Self:
        """Add a sentence."""
        self._because.append(sentence)
        return self

    def end(self, log: int = NONE) -> Anomaly:
        """The anomaly, in the log of that number, or in the last one that was told of."""
        return Anomaly(
            kind=self._kind.name,
            log=self._log if log == NONE else self._evidence.log_names[log],
            keys=tuple(dict.fromkeys(self._keys)),
            values=tuple(dict.fromkeys(self._values)),
            operations=tuple(dict.fromkeys(self._operations)),
            because=tuple(self._because),
            hop=self._hop,
        )


def send_sentence(evidence: Evidence, row: int) -> str:
    """What a send asked and was told."""
    sends = evidence.sends
    log, offset = int(sends.log[row]), int(sends.offset[row])
    outcome = int(sends.outcome[row])
    topic = evidence.topic_names.get(int(sends.topic[row]), "?")
    where = evidence.log_names[log] if log != NONE else f"topic {topic}"
    error = _error(evidence, int(sends.op[row]))
    told = {
        OK: f"was told offset {offset}" if offset != NONE else "was told it was delivered",
        FAIL: f"was told that it certainly failed{error}",
        INFO: f"was not told its outcome{error}",
    }[outcome]
    value = evidence.history.value_label(int(sends.value[row]))
    by = f"{who(evidence, int(sends.op[row]))} sent value {value} to {where}"
    if not sends.txn[row]:
        return f"{by} and {told}"
    at = f", at offset {offset}," if offset != NONE else ""
    became = {
        OK: "that it committed",
        FAIL: f"that was certainly not committed{error}",
        INFO: f"whose outcome it does not know{error}",
    }[outcome]
    return f"{by}{at} in a transaction {became}"


def read_sentence(evidence: Evidence, row: int) -> str:
    """What a read saw."""
    reads = evidence.reads
    op = int(reads.op[row])
    verb = "found, in the final read," if reads.final[row] else "polled"
    outcome = {OK: "", FAIL: " (and failed)", INFO: " (and did not come to an end)"}
    value = evidence.history.value_label(int(reads.value[row]))
    return (
        f"{who(evidence, op)} {verb} value {value} at offset {reads.offset[row]} of "
        f"{evidence.log_names[int(reads.log[row])]}{outcome[int(evidence.operations.outcome[op])]}"
    )


def times_of(evidence: Evidence, op: int) -> str:
    """When an operation began and ended, in milliseconds since the run began."""
    began, ended = evidence.operations.invoke_ns[op], evidence.operations.complete_ns[op]
    end = "never" if ended == NEVER else f"at {ended / 1e6:.3f} ms"
    return f"began at {began / 1e6:.3f} ms and ended {end}"


def who(evidence: Evidence, op: int) -> str:
    """An operation and its process."""
    process = int(evidence.operations.process[op])
    name = evidence.process_names.get(process, f"process {process}")
    return f"operation {evidence.history.operation_label(op)} ({name})"


def _error(evidence: Evidence, op: int) -> str:
    code = evidence.history.operations["error"][op]
    names = evidence.history.errors
    return f" ({names[code]})" if 0 < code < len(names) else ""
