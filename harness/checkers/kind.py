"""A kind of anomaly: one record says all there is to say of it, in the module that reports it."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal, TypeAlias

from harness.kit.registry import Registry
from harness.model.semantics import EffectName

HopColumn: TypeAlias = Literal["lost", "duplicate", "reordered", "stale", "foreign"]
"""A column of the hop table; see `harness.model.verdict.HopResult`."""

ACKED = "acknowledged {record|records}"
WRITES = "acknowledged {write|writes}"


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of anomaly; who makes one registers it."""

    name: str
    """In kebab-case; those of the reference checker as they are."""
    _: KW_ONLY
    meaning: str
    """What happened, in a sentence."""
    counted: str
    """Finishes the sentence "7 ..." of a headline; see `harness.kit.counts`."""
    total: str | None = None
    """What the seven are out of."""
    weight: int
    """The headline of a verdict speaks of the heaviest that counts; no two weigh the same."""
    claim: str | None = None
    """The claim that it contradicts; None: partitions interleave concurrent senders by design."""
    effect: EffectName | None = None
    """What became of the record. None: another kind tells of the same record."""
    on_the_way: bool = False
    """Whether that happened in the topics of a pipeline, and not where records end up."""
    hop_column: HopColumn | None = None
    """Where the hop table counts it."""
    rests_on_absence: bool = False
    """Whether it is concluded from something missing, which a killed run has not written down."""
    follows_from: tuple[str, ...] = ()
    """Kinds whose damage it is, as others see it."""

    @property
    def of_copies(self) -> bool:
        """Whether it tells of what a copy holds, and not of what came to the topics before it."""
        return self.claim == "convergence"

    def __post_init__(self) -> None:
        KINDS.add(self.name, self)


KINDS: Registry[Kind] = Registry(
    "kind of anomaly", "harness.checkers", order=lambda kind: -kind.weight
)
"""All of them, the heaviest first."""
