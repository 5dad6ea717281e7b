"""Proofs of anomalies in pipelines: sentences about changes, events, rows and sights."""

from typing import Self

from harness.checkers.evidence.arrays import NONE
from harness.checkers.evidence.columns import FAIL, INFO, NEVER, OK
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.evidence.pipeline.copy_trail import CopyTrail
from harness.checkers.evidence.pipeline.feed_trail import FeedTrail
from harness.checkers.evidence.proof import Proof
from harness.checkers.kind import Kind
from harness.history.history import NOTHING
from harness.history.tables import EVENT_KINDS

_OUTCOMES = {
    OK: "acknowledged at {at}",
    FAIL: "which certainly failed",
    INFO: "which was not told what became of it",
}


class FlowProof(Proof):
    """Collects what proves one anomaly of a pipeline."""

    def __init__(self, evidence: Evidence, kind: Kind, hop: str) -> None:
        super().__init__(evidence, kind, hop)
        self._source = evidence.trails.source

    def changed(self, change: int, *, before: str = "", after: str = "") -> Self:
        """Tell of a committed change."""
        source = self._source
        version, old = int(source.version[change]), int(source.before[change])
        self._values += [each for each in (version, old) if each != NOTHING]
        row = self.named(int(source.entity[change]))
        what = {
            (True, False): f"inserted {row} as version {version}",
            (True, True): f"changed {row} from version {old} to version {version}",
            (False, True): f"deleted {row}, which was version {old}",
            (False, False): f"deleted {row}",
        }[version != NOTHING, old != NOTHING]
        by = self._by(int(source.written_by[change]))
        return self.add(f"{before}transaction {source.txn[change]} {what}{by}{after}")

    def brought(self, feed: FeedTrail, event: int, *, before: str = "", after: str = "") -> Self:
        """Tell of an event of a feed's topics."""
        version, old = int(feed.version[event]), int(feed.before[event])
        kind = EVENT_KINDS[int(feed.kind[event])]
        images = "".join(
            f" {word} version {image}" if image != NOTHING else ""
            for word, image in (("from", old), ("to" if old != NOTHING else "of", version))
        )
        self._values += [each for each in (version, old) if each != NOTHING]
        self.mention(int(feed.op[event]))
        self._log = self._evidence.log_names[int(feed.log[event])]
        row = self.named(int(feed.entity[event]))
        return self.add(
            f"{before}offset {feed.offset[event]} of {self._log} holds the {kind} of {row}"
            f"{images}{after}"
        )

    def unreadable(self, feed: FeedTrail, event: int) -> Self:
        """Tell of a record that nobody can decode."""
        self.mention(int(feed.op[event]))
        self._log = self._evidence.log_names[int(feed.log[event])]
        where = f"the record at offset {feed.offset[event]} of {self._log}"
        return self.add(f"{where}, found in operation {feed.op[event]}, cannot be decoded")

    def held(self, copy: CopyTrail, row: int, *, before: str = "") -> Self:
        """Tell of a final row of a copy."""
        version = int(copy.version[row])
        self._values.append(version)
        self.mention(int(copy.op[row]))
        return self.add(
            f"{before}{copy.hop.target} holds {self.named(int(copy.entity[row]))} as version "
            f"{version} in the end"
        )

    def saw(self, op: int, entity: int, version: int, place: str, *, before: str = "") -> Self:
        """Tell of what a reader saw."""
        if version != NOTHING:
            self._values.append(version)
        self.mention(op)
        operations = self._evidence.operations
        reader = self._evidence.process_names.get(int(operations.process[op]), "a reader")
        begun = _moment(int(operations.invoke_ns[op]))
        what = f"version {version}" if version != NOTHING else "nothing"
        return self.add(
            f"{before}operation {op} ({reader}), begun at {begun}, saw {what} of "
            f"{self.named(entity)} in {place}"
        )

    def wrote(self, write: int, *, after: str = "") -> Self:
        """Tell of a row of what writers asked."""
        wanted = self._source.writes.select("entity", "version", "is_delete")
        entity, version, is_delete = wanted.row(write)
        if version != NOTHING:
            self._values.append(version)
        what = "the removal" if is_delete else f"version {version}"
        by = self._by(write).removeprefix(", written by ")
        return self.add(f"{by}, wrote {what} of {self.named(entity)}{after}")

    def named(self, entity: int) -> str:
        """`row 7 of orders`."""
        table, key = self._source.entities.select("table", "key").row(entity)
        self._keys.append(key)
        names = dict(self._source.flow.tables.select("table", "name").iter_rows())
        return f"row {key} of {names.get(table, f'table {table}')}"

    def _by(self, write: int) -> str:
        """Who wrote it, and what came back."""
        if write == NONE:
            return ""
        op = int(self._source.writes["op"][write])
        self.mention(op)
        operations = self._evidence.operations
        ended = int(operations.complete_ns[op])
        outcome = _OUTCOMES[int(operations.outcome[op])].format(at=_moment(ended))
        writer = self._evidence.process_names.get(int(operations.process[op]), "a writer")
        return f", written by operation {op} ({writer}), {outcome}"


def _moment(time_ns: int) -> str:
    return "no time" if time_ns == NEVER else f"{time_ns / 1e6:,.3f} ms"
