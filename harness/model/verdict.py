"""What a check says: anomalies with their proof, one result a checker, one verdict a run."""

from enum import StrEnum

from harness.model.value import Value


class Validity(StrEnum):
    """INVALID beats UNKNOWN beats VALID."""

    VALID = "VALID"
    UNKNOWN = "UNKNOWN"
    INVALID = "INVALID"


class Anomaly(Value, frozen=True, kw_only=True):
    """One thing that went wrong, with the smallest set of operations that proves it."""

    kind: str
    """Kebab-case name, one of `harness.checkers.kind.KINDS`."""
    log: str | None = None
    """`topic-partition`."""
    hop: str | None = None
    """The hop of a pipeline that is to blame, as `harness.model.pipeline.hops` names it."""
    keys: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    operations: tuple[int, ...] = ()
    """Indices into the history's operations."""
    because: tuple[str, ...]
    """Sentences that a person can follow, each naming the operation it speaks of."""


class Finding(Value, frozen=True, kw_only=True):
    """All anomalies of one kind: how many, whether they count, and the first examples."""

    kind: str
    count: int
    counts: bool
    """Whether it contradicts a claim of the scenario."""
    claim: str | None
    """The claim it contradicts, when it counts."""
    permitted_by: tuple[str, ...]
    """The settings that permit it, with the reason; empty: no setting permits it."""
    examples: tuple[Anomaly, ...]
    hops: dict[str, int] = {}
    """How many of them each hop of a pipeline is to blame for."""


class CheckResult(Value, frozen=True, kw_only=True):
    """What one checker found: exact counts by kind, and bounded examples."""

    checker: str
    counts: dict[str, int] = {}
    examples: tuple[Anomaly, ...] = ()
    hops: dict[str, dict[str, int]] = {}
    """For kinds that happen in hops of a pipeline: how many each hop is to blame for."""
    late: dict[str, tuple[str, ...]] = {}
    """Of those kinds: the hops whose part of them may only be late."""
    unknown: str | None = None
    """Why this checker could not judge, if it could not."""
    statistics: dict[str, float] = {}


class ClaimResult(Value, frozen=True, kw_only=True):
    """One claim of the run and how it stands."""

    claim: str
    sentence: str
    validity: Validity
    why: tuple[str, ...] = ()
    """What contradicts it, or why it is unknown."""


class HopResult(Value, frozen=True, kw_only=True):
    """What one hop of a pipeline did with what it was given."""

    hop: str
    expected: int
    """What should have arrived: writes at the source, changes at topics, rows at a copy."""
    delivered: int
    """What of that did arrive, as it should."""
    lost: int = 0
    duplicate: int = 0
    reordered: int = 0
    stale: int = 0
    """Rows, and sights of rows, older than they should be; deleted ones among them."""
    foreign: int = 0
    """What arrived though the origin never had it, or not with those contents."""
    inherited: int = 0
    """Rows that are wrong because of an earlier hop."""
    late: str = ""
    """What shows that it had not finished: what it lost or staled may have been on its way."""
    failed: str = ""
    """The connector or task of it that was FAILED in the end."""
    examples: tuple[str, ...] = ()


class Verdict(Value, frozen=True, kw_only=True):
    """The judgement of one run."""

    validity: Validity
    headline: str
    claims: tuple[ClaimResult, ...]
    findings: tuple[Finding, ...]
    unknowns: tuple[str, ...]
    """Why the run proves nothing, each a sentence."""
    checkers: tuple[CheckResult, ...]
    hops: tuple[HopResult, ...] = ()
    """Of a pipeline: what each hop lost, repeated, reordered or staled, in the order of the way."""

    @property
    def counted(self) -> tuple[str, ...]:
        """The kinds of anomaly that contradict a claim."""
        return tuple(finding.kind for finding in self.findings if finding.counts)

    def count(self, kind: str) -> int:
        """How many anomalies of `kind` there are."""
        return sum(finding.count for finding in self.findings if finding.kind == kind)

    def shows(self, kind: str) -> bool:
        """Whether there is at least one anomaly of `kind`."""
        return self.count(kind) > 0
