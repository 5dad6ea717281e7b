"""Whether a line kept what its name promises, and showed what its name allows."""

from enum import StrEnum

import msgspec

from harness.model.semantics import (
    RULED_OUT,
    SHOULD_SHOW,
    EffectName,
    Measured,
    Sample,
    Semantics,
)
from harness.model.verdict import Validity


class Word(StrEnum):
    """BROKEN beats KNOWN_BUG beats UNKNOWN beats KEPT."""

    KEPT = "KEPT"
    UNKNOWN = "UNKNOWN"
    KNOWN_BUG = "KNOWN BUG"
    BROKEN = "BROKEN"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a line stands after its runs."""

    word: Word
    broken_by: tuple[str, ...]
    """Runs that show what the name rules out, or contradict a claim: the word is BROKEN then, or
    KNOWN BUG where a known one explains all of it."""
    not_shown: tuple[EffectName, ...]
    """What the name allows and no run showed."""


def count(sample: Sample, effect: EffectName) -> int:
    """How many records of a run met `effect` where they end up."""
    return sum(sample.at_the_end.get(effect, {}).values())


def conclusive(sample: Sample) -> bool:
    """Whether what the run did not find was not there."""
    return not sample.unknowns


def known(measured: Measured, effect: EffectName) -> tuple[Sample, ...]:
    """The runs that say something about `effect`: nothing found in an open run is no zero."""
    return tuple(each for each in measured.samples if conclusive(each) or count(each, effect))


def outcome(measured: Measured) -> Outcome:
    """How the line stands."""
    offences = {sample.run: _offences(measured, sample) for sample in measured.samples}
    broken_by = tuple(run for run, kinds in offences.items() if kinds)
    if any(offences[each.run] - set(each.bugs) for each in measured.samples):
        word = Word.BROKEN
    elif broken_by:
        word = Word.KNOWN_BUG
    elif any(map(conclusive, measured.samples)):
        word = Word.KEPT
    else:
        word = Word.UNKNOWN
    not_shown = tuple(
        effect
        for effect in SHOULD_SHOW[measured.guarantee]
        if effect in measured.sought
        and not any(count(sample, effect) for sample in measured.samples)
    )
    return Outcome(word=word, broken_by=broken_by, not_shown=not_shown)


def _offences(measured: Measured, sample: Sample) -> set[str]:
    """Kinds of anomaly of a run that the line's name rules out, or that contradict its claims."""
    found = (sample.at_the_end.get(effect, {}) for effect in RULED_OUT[measured.guarantee])
    kinds = {kind for of in found for kind in of}
    return kinds | (set(sample.against) if sample.validity is Validity.INVALID else set())


def exit_status(semantics: Semantics) -> int:
    """1 when a line is BROKEN, 3 when one is UNKNOWN or there is none, else 0."""
    words = {outcome(line).word for line in semantics.lines}
    if Word.BROKEN in words:
        return 1
    return 3 if Word.UNKNOWN in words or not words else 0
