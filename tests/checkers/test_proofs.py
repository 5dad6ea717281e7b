"""What proves each anomaly by hand: its operations, keys, values, and the numbers people are told.

`proofs.tsv` has a line for each example, written out by the judge once and read by a person. What
sentences say in words is free; a change of what they are about is to be read again.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.checkers.verdict.judge import judge
from harness.history.build import HistoryBuilder
from harness.model.facts import Facts
from harness.model.verdict import Verdict
from tests.checkers.flows import Run
from tests.checkers.test_anomalies import ALL
from tests.checkers.test_flow_anomalies import CASES
from tests.checkers.verdicts import scenario

PROOFS = Path(__file__).with_name("proofs.tsv")
NUMBER = re.compile(r"(?<![\w.-])[\d,]*\d(?:\.\d+)?")
"""One that stands by itself: not a part of `orders-0`."""


WRITERS = {write.__name__: write for _, write in ALL}  # type: ignore[attr-defined]
FLOWS = {case.__name__: case for _, case in CASES}


def verdict(name: str) -> Verdict:
    """What the bad form of a case comes to."""
    if name in FLOWS:
        run = Run()
        FLOWS[name](run, bad=True)
        return run.verdict()
    build = HistoryBuilder()
    known = WRITERS[name](build, bad=True) or Facts()
    return judge(build.history(), known, scenario())


def proofs(name: str) -> Iterator[str]:
    """A line for each example, as it stands in the file."""
    for finding in verdict(name).findings:
        for each in finding.examples:
            said = sorted(
                NUMBER.findall(" ".join(each.because)), key=lambda text: (len(text), text)
            )
            where = each.hop or each.log or "-"
            lists = (each.keys, each.values, each.operations, said)
            parts = (" ".join(str(part) for part in of) or "-" for of in lists)
            yield "\t".join([name, each.kind, where, *parts])


def by_case(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.partition("\t")[0], []).append(line)
    return {name: sorted(own) for name, own in found.items()}


KNOWN = by_case(PROOFS.read_text().splitlines()[1:])


@pytest.mark.parametrize("name", KNOWN)
def test_an_anomaly_is_proved_by_what_it_is_about(name: str) -> None:
    assert sorted(proofs(name)) == KNOWN[name]


def test_every_case_has_its_proof() -> None:
    assert set(KNOWN) == {*WRITERS, *FLOWS}
