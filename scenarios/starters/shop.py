"""A first pipeline: does every change of a MySQL table arrive in a copy of it?

pytest scenarios/test_shop.py --stack fake    all of it in memory, without Docker
pytest scenarios/test_shop.py                 MySQL, Kafka Connect and the others in containers
"""

from harness.api import (
    Copy,
    Feed,
    Path,
    PipelineWorkload,
    Scenario,
    SourceTable,
    Topology,
    Writers,
    after,
    leader,
    worse_path,
)
from harness.plugin import RunScenario

SHOP = Scenario(
    name="shop",
    about="A Kafka broker dies while changes flow",
    # What must hold, hop by hop: the source keeps what it committed, the topics get every change in
    # order, and in the end the copy is equal to the source.
    claims=("source-durability", "capture", "change-order", "convergence"),
    topology=Topology(mysql=True, connect_workers=2, registry=True),
    workload=PipelineWorkload(
        # The harness makes the table with a key `id` and a column `version`, and fills the others.
        # A table of your own: SourceTable(name="orders", ddl="CREATE TABLE ...").
        tables=(SourceTable(name="orders", columns={"amount": "DECIMAL(12, 4)"}, rows=50),),
        writers=(Writers(tables=("orders",), mix={"insert": 3, "update": 3, "delete": 3}),),
        paths=(
            Path(
                name="shop",
                # Debezium reads MySQL's binary log into topics. A configuration of your own:
                # Feed(kind="debezium", connector={...}).
                feed=Feed(kind="debezium"),
                # Debezium's JDBC sink writes the topics into a table.
                copies=(Copy(kind="jdbc", name="warehouse"),),
            ),
        ),
    ),
    # After 50 to 150 committed changes (the seed draws how many) the broker dies that leads the
    # partition of `orders`; 100 changes later it is started again.
    steps=(
        after(acks=100, spread=0.5).kill(leader("shop/orders")),
        after(acks=100).heal("kill"),
    ),
    aftermath_acks=100,
)
# The bad twin: the same traffic and faults, one setting worse.
NO_DELETES = worse_path(
    SHOP,
    "shop-bad",
    "delete.enabled=false: the sink never deletes",
    copies={"warehouse": {"delete.enabled": False}},
)
# What `harness run NAME` and `harness scenarios` find.
SCENARIOS = (SHOP, NO_DELETES)


def test_every_change_arrives(run_scenario: RunScenario) -> None:
    run_scenario(SHOP).must_be_valid()


def test_rows_that_were_deleted_stay_in_the_copy(run_scenario: RunScenario) -> None:
    run_scenario(NO_DELETES).must_show("resurrected-row", hop="shop/topics → shop/warehouse (jdbc)")
