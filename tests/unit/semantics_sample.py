"""A comparison written out as values: lines and runs of every kind."""

from harness.model.semantics import EffectName, Guarantee, Measured, Sample, Semantics
from harness.model.verdict import Validity

SEEDS = (7, 8)
MEASURED = {"end_to_end_ms_p50": 80.0, "end_to_end_ms_p99": 4000.0, "arrived_per_s": 90.0}


def run(
    seed: int = 7,
    validity: Validity = Validity.VALID,
    *,
    unknowns: tuple[str, ...] = (),
    on_the_way: dict[EffectName, dict[str, int]] | None = None,
    measured: dict[str, float] | None = None,
    against: tuple[str, ...] = (),
    bugs: dict[str, str] | None = None,
    **found: dict[str, int],
) -> Sample:
    """One run of a thousand records; `found` has kinds of anomaly by effect."""
    names: dict[str, EffectName] = {
        name: name for name in ("lost", "duplicated", "reordered", "aborted")
    }
    return Sample(
        run=f"run-{seed}",
        seed=seed,
        validity=validity,
        headline=f"{validity}: as seen",
        unknowns=unknowns,
        records=1000,
        at_the_end={names[effect]: kinds for effect, kinds in found.items()},
        on_the_way=on_the_way or {},
        measured=MEASURED if measured is None else measured,
        against=against,
        bugs=bugs or {},
        reasons={kind: (f"acks=0: permits {kind}",) for kinds in found.values() for kind in kinds},
    )


def line(
    guarantee: Guarantee,
    *samples: Sample,
    sought: tuple[EffectName, ...] = ("lost", "duplicated", "reordered", "aborted"),
) -> Measured:
    """A line with its runs."""
    return Measured(
        name=f"line-{guarantee.replace(' ', '-')}",
        guarantee=guarantee,
        path="Connect",
        how="as a test has it",
        faults=("process.kill on leader of orders-0",),
        sought=sought,
        samples=samples,
    )


def semantics(*lines: Measured) -> Semantics:
    """A comparison of lines."""
    return Semantics(
        started_utc="2026-11-23T05:00:00.000Z", stack="docker", seeds=SEEDS, lines=lines
    )
