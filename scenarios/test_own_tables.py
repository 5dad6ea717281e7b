"""Tables as teams have them: what is lost, or altered, in one of them is found."""

import msgspec
import pytest

from harness.api import Copy, Path, Scenario
from harness.model.value import Settings
from harness.plugin import RunScenario

from . import exam_tables as exam

pytestmark = [pytest.mark.docker, pytest.mark.pipeline, pytest.mark.nightly]
CLAIMS = ("capture", "convergence", "source-durability")
ROUNDED = (
    f"CREATE TABLE orders ({exam.NUMBERED}, code CHAR(3), amount DECIMAL(4,1), status VARCHAR(10), "
    "number VARCHAR(20), customer BIGINT)"
)


def shop(name: str, about: str, feed: Settings, sink: Copy) -> Scenario:
    """The shop's tables with another feed or sink."""
    whole = exam.TABLES[0].scenario
    own = msgspec.structs.replace(exam.DEBEZIUM, settings=feed)
    workload = msgspec.structs.replace(
        whole.pipeline, paths=(Path(name="main", feed=own, copies=(sink,)),)
    )
    return msgspec.structs.replace(whole, name=name, about=about, claims=CLAIMS, workload=workload)


SKIPPED = shop("shop-skipped", "A feed leaves updates out", {"skipped.operations": "u"}, exam.SINK)
NARROW = shop(
    "shop-narrow",
    "The table of a copy keeps one decimal of an amount, where the source has two",
    {},
    msgspec.structs.replace(exam.SINK, ddl={"orders": ROUNDED}),
)

SCENARIOS = (SKIPPED, NARROW)


def test_updates_that_are_left_out_are_missed(run_scenario: RunScenario) -> None:
    run_scenario(SKIPPED).must_show("missed-change")


def test_an_amount_that_is_rounded_is_altered(run_scenario: RunScenario) -> None:
    run_scenario(NARROW).must_show("altered-row", hop="main/topics → main/sink (jdbc)")
