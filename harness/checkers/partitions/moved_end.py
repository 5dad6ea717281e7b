"""The end of a partition never moves back.

Evidence: a high watermark that was seen while traffic ran, by whoever asked how far groups or
transactions had come, and a lower one at the final read, which is asked once every fault is healed.
Looks in between prove nothing: a leader that was cut off answers with what it knew. Records that
were readable are gone from there on, whether or not anybody sent or read one of them.

UNKNOWN: never by itself. Reports: `end-moved-back`, once per partition. Cost: O(looks).
"""

import numpy as np

from harness.checkers.checker import Found, checker, report
from harness.checkers.evidence.evidence import Evidence
from harness.checkers.kind import Kind
from harness.model.verdict import Anomaly, CheckResult

END_MOVED_BACK = Kind(
    "end-moved-back",
    meaning="A partition ended at a higher offset than it does in the end: it was cut off.",
    counted="{partition was|partitions were} cut off",
    weight=795,
    claim="durability",
    follows_from=("lost-write",),
)


@checker("moved-end")
def moved_end(evidence: Evidence) -> CheckResult:
    """Find partitions that end before where they had ended."""
    looks = [(look.log, look.end, look.time_ns) for look in evidence.facts.lags]
    looks += [(look.log, look.end, look.time_ns) for look in evidence.facts.ends]
    highest = {log: (end, time_ns) for log, end, time_ns in sorted(looks)}
    cut = [
        end
        for end in evidence.facts.logs
        if end.log in highest and 0 <= end.read_to <= end.end < highest[end.log][0]
    ]

    def explain(case: int) -> Anomaly:
        end = cut[case]
        seen, time_ns = highest[end.log]
        because = (
            f"{end.log} ended at offset {seen} at {time_ns / 1e6:,.0f} ms",
            f"yet the final read finds its end at offset {end.end}",
        )
        return Anomaly(kind=END_MOVED_BACK.name, log=end.log, because=because)

    return report("moved-end", Found(END_MOVED_BACK, np.arange(len(cut)), explain))
