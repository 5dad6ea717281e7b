"""What each claim rests on: of a claim that rests on nothing a run proves nothing.

A claim holds over what was seen. Where nothing of its kind was seen (no reader was given a record,
no transaction was committed), every checker is silent, and its silence says nothing.

Claims about all that was acknowledged rest on the scenario's floor, and those about the places of a
pipeline on their final reads (see `doubts`).
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import polars as pl

from harness.history.history import History
from harness.model.facts import Facts

Seen: TypeAlias = Callable[[History, Facts], bool]


def _handed_out(history: History, _facts: Facts) -> bool:
    asked = history.operations.select("op", "f").filter(pl.col("f").is_in(["poll", "txn"]))
    return not history.reads.select("op").join(asked, on="op", how="semi").is_empty()


def _committed(history: History, _facts: Facts) -> bool:
    done = (pl.col("f") == "txn") & (pl.col("outcome") == "ok")
    return not history.operations.filter(done).is_empty()


def _effective(history: History, facts: Facts) -> bool:
    return not history.origins.is_empty() or _committed(history, facts)


RECORDS = ("no consumer was given a record", _handed_out)
RESULTS = ("no record had a result, and no transaction was committed", _effective)
MEMBERS = ("no member was assigned a partition", lambda history, _: len(history.assignments) > 0)
OFFSETS = (
    "no offset was committed",
    lambda history, _: len(history.commits) + len(history.offsets) > 0,
)
EVENTS = ("no event was in the topics", lambda history, _: len(history.flow.events) > 0)

GROUNDS: dict[str, tuple[str, Seen]] = {
    **dict.fromkeys(("reading", "progress", "processing-once", "resumption"), RECORDS),
    **dict.fromkeys(("processing", "exactly-once"), RESULTS),
    "atomicity": ("no transaction was committed", _committed),
    **dict.fromkeys(("ownership", "sole-ownership"), MEMBERS),
    "committed-offsets": OFFSETS,
    **dict.fromkeys(("capture-once", "change-order", "snapshot-once", "schema-ids"), EVENTS),
    "running": ("no connector was seen", lambda _, facts: len(facts.tasks) > 0),
    "freshness": (
        "no reader saw a row",
        lambda history, _: len(history.flow.sightings) > 0,
    ),
}
"""By claim: what is said when it rests on nothing, and whether it rests on anything."""


def groundless(history: History, facts: Facts, claims: Iterable[str]) -> dict[str, str]:
    """A sentence on each of `claims` that rests on nothing."""
    found = {claim: GROUNDS[claim] for claim in claims if claim in GROUNDS}
    return {
        claim: f"claim {claim} rests on nothing: {why}"
        for claim, (why, seen) in found.items()
        if not seen(history, facts)
    }
