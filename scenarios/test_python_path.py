"""The Python path: the same changes, read and applied by an application's own workers."""

import msgspec
import pytest

from harness.api import Copy, Feed, Path, PipelineWorkload, Scenario, after, leader
from harness.plugin import RunScenario

from . import test_connect_path as connect_path

pytestmark = [pytest.mark.docker, pytest.mark.pipeline]

COPIES = (
    Copy(kind="table", name="copy", settings={"threads": 4}),
    Copy(kind="redis", name="cache"),
)


def path(feed: Feed) -> PipelineWorkload:
    """The traffic of the Connect path over a Python path with that feed."""
    workload = connect_path.CAPTURED.pipeline
    return msgspec.structs.replace(workload, paths=(Path(name="python", feed=feed, copies=COPIES),))


BINLOG = Scenario(
    name="py-leader",
    about="A Python reader of the binary log feeds a table and a cache while a leader dies",
    claims=connect_path.CLAIMS,
    topology=connect_path.FULL,
    workload=path(Feed(kind="binlog")),
    baseline_acks=200,
    steps=(
        after(acks=50, spread=0.5).kill(leader("python/orders")),
        after(acks=100).heal("kill"),
    ),
    aftermath_acks=50,
)
POLLING = Scenario(
    name="j-delete",
    about="A reader that polls for rows never sees that one was deleted",
    claims=connect_path.CLAIMS,
    topology=connect_path.FULL,
    workload=path(Feed(kind="polling")),
    baseline_acks=200,
)

SCENARIOS = (BINLOG, POLLING)


def test_every_change_arrives_by_the_binary_log(run_scenario: RunScenario) -> None:
    run_scenario(BINLOG).must_be_valid()


def test_a_polling_reader_misses_deletes(run_scenario: RunScenario) -> None:
    run_scenario(POLLING).must_show("missed-change", hop="mysql → python/topics (polling)")
