"""Which anomalies a page shows, in which order, and under which number they can be linked to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from harness.model.verdict import Anomaly, Finding

EXAMPLES_MAX = 20
"""Anomalies of one kind on a page; verdict.json holds every example that a checker kept."""
NO_NUMBER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What marks an operation that an anomaly names."""

    number: int
    """Of the anomaly on the page; NO_NUMBER when the page does not show it."""
    counts: bool


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that count, then those that are allowed."""
    return tuple(sorted(findings, key=lambda finding: not finding.counts))


def shown(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the page, with as many examples as it shows.

    An anomaly's number is its place among all their examples.
    """
    return tuple(
        msgspec.structs.replace(finding, examples=finding.examples[:EXAMPLES_MAX])
        for finding in ordered(findings)
    )


def first_numbers(findings: Sequence[Finding]) -> Iterator[int | None]:
    """For each finding of `shown`, the number of its first example."""
    number = 0
    for finding in findings:
        yield number if finding.examples else None
        number += len(finding.examples)


def pins(findings: Iterable[Finding]) -> dict[int, Pin]:
    """Every operation that any example names, with the first anomaly that names it."""
    found: dict[int, Pin] = {}
    number = 0
    for finding in ordered(findings):
        for place, example in enumerate(finding.examples):
            on_page = place < EXAMPLES_MAX
            pin = Pin(number=number if on_page else NO_NUMBER, counts=finding.counts)
            number += on_page
            for op in example.operations:
                found.setdefault(op, pin)
    return found


def first_example(findings: Iterable[Finding], claim: str | None = None) -> Anomaly | None:
    """The first anomaly that counts, against `claim` if one is given."""
    examples = (
        example
        for finding in findings
        if finding.counts and claim in (None, finding.claim)
        for example in finding.examples
    )
    return next(examples, None)
