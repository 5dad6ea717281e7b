"""How many row changes a second get through the Connect path while everything is recorded.

Writers commit as fast as MySQL lets them, Debezium reads, the sink writes a second database. The
rate through the path is counted from the first write until the last end mark is in the sink: it is
the rate of the slowest of them. Beside it stands what the writers committed meanwhile.
"""

from pathlib import Path as File
from tempfile import TemporaryDirectory

from harness.api import Copy, Feed, Path, PipelineWorkload, Scenario, SourceTable, Topology, Writers
from harness.engine.run import Run, run_scenario
from harness.engine.stacks.opening import open_stacks
from harness.history.load import load
from harness.kit.waits import NS_PER_S
from harness.model.scenario import Floor, Limits
from harness.model.value import Settings

TRANSACTIONS = 4_000
SINK: Settings = {
    "tasks.max": 3,
    "batch.size": 2_000,
    "consumer.override.max.poll.records": 2_000,
}
FLOOD = Scenario(
    name="flood",
    about="Rows change as fast as MySQL takes it",
    claims=("capture", "change-order", "capture-once", "convergence"),
    topology=Topology(registry=True, connect_workers=2, mysql=True),
    workload=PipelineWorkload(
        tables=(SourceTable(name="orders"),),
        writers=(
            Writers(
                tables=("orders",),
                count=2,
                rate_per_s=100_000,
                keys=256,
                rows_of_many=20,
                mix={"insert": 1, "multi-row": 20},
            ),
        ),
        paths=(
            Path(
                name="connect",
                feed=Feed(kind="debezium"),
                copies=(Copy(kind="jdbc", name="warehouse", settings=SINK),),
            ),
        ),
    ),
    baseline_acks=TRANSACTIONS,
    floor=Floor(acks=TRANSACTIONS),
    limits=Limits(baseline_s=120, settle_s=300, drain_s=120),
)


def main() -> str:
    """Run once on a stack of its own and return the table."""
    with (
        TemporaryDirectory() as reports,
        open_stacks("docker", kept=False, tell=lambda _line: None) as pool,
    ):
        run = run_scenario(FLOOD, 1, pool, File(reports), tell=lambda _line: None)
        return _table(run)


def _table(run: Run) -> str:
    changes = len(load(run.folder.history).flow.changes)
    began = {phase.phase: phase.time_ns for phase in run.folder.facts().phases}
    rows = [("committed by writers", "settle"), ("through to the sink", "drain")]
    title = f"{changes:,} row changes, Debezium exactly once, JDBC sink"
    lines = [
        f"pipeline: {title}: {run.verdict.validity.value}",
        f"{'changes':<28}{'per second':>12}{'of committed':>14}",
    ]
    rates = [changes * NS_PER_S / (began[until] - began["baseline"]) for _, until in rows]
    for (name, _), rate in zip(rows, rates, strict=True):
        lines.append(f"{name:<28}{rate:>12,.0f}{rate / rates[0]:>14.2f}")
    return "\n".join(lines)
