"""The few figures of a run that are read first: on the page, in the terminal, in the index."""

from collections.abc import Iterator, Mapping

from harness.model.verdict import Verdict
from harness.reporting.words import count, milliseconds

_MEASURED_BY = "statistics"
_COUNTED = {
    "polled": "records read by consumers",
    "changes": "committed changes",
    "events": "events in topics",
    "rows": "rows in copies",
    "sightings": "rows seen by readers",
}


def figures(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Names and values, most telling first; none when nothing could be measured."""
    measured = _measured(verdict)
    asked = _asked(measured)
    return (
        *(_answers(measured, asked) if asked else ()),
        *((words, _whole(measured, name)) for name, words in _COUNTED.items() if name in measured),
        *((("slowest acknowledgement", _slowest(measured)),) if asked else ()),
    )


def acknowledged(verdict: Verdict) -> tuple[int, str] | None:
    """How many were acknowledged, and of what (`sends`, `writes`); None when nobody counted."""
    measured = _measured(verdict)
    asked = _asked(measured)
    return (int(measured["acked"]), asked) if asked else None


def _measured(verdict: Verdict) -> Mapping[str, float]:
    found = (each.statistics for each in verdict.checkers if each.checker == _MEASURED_BY)
    return next(found, {})


def _asked(measured: Mapping[str, float]) -> str:
    return next((noun for noun in ("sends", "writes", "sends and writes") if noun in measured), "")


def _answers(measured: Mapping[str, float], asked: str) -> Iterator[tuple[str, str]]:
    acked, failed = int(measured["acked"]), measured.get("failed")
    yield f"acknowledged {asked}", count(acked)
    if failed is None:
        return  # A verdict that was written before this was counted; `harness check` counts it.
    yield f"failed {asked}", count(int(failed))
    yield f"indeterminate {asked}", count(int(measured[asked]) - acked - int(failed))


def _whole(measured: Mapping[str, float], name: str) -> str:
    return count(int(measured[name]))


def _slowest(measured: Mapping[str, float]) -> str:
    return milliseconds(measured["latency_ms_max"]) if "latency_ms_max" in measured else "none"
