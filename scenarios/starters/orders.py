"""A first scenario: do orders survive when a broker loses its disk?

pytest scenarios/test_orders.py --stack fake    in memory, without Docker
pytest scenarios/test_orders.py                 on real brokers, in containers
"""

from harness.api import Consumers, LogWorkload, Producers, Scenario, Topic, after, leader, worse
from harness.plugin import RunScenario

ORDERS_SURVIVE = Scenario(
    name="orders-survive",
    about="The leader's disk is lost under load",
    # What must hold. A run is INVALID when its records contradict one of these.
    claims=("durability", "ordering", "no-duplicates"),
    # The traffic. Topic settings are Kafka's, those of producers and consumers are librdkafka's.
    workload=LogWorkload(
        topics=(Topic(name="orders", settings={"min.insync.replicas": 2}),),
        producers=(
            Producers(topic="orders", settings={"acks": "all", "enable.idempotence": True}),
        ),
        consumers=(Consumers(name="billing", topic="orders", count=2, mode="group"),),
    ),
    # The faults. After 100 to 300 acknowledged sends (the seed draws how many) the broker that
    # leads the partition is killed and its disk emptied; a second later it is started again.
    steps=(
        after(acks=200, spread=0.5).wipe(leader("orders")),
        after(seconds=1).heal("wipe"),
    ),
    # Then 100 more sends must succeed: the cluster has to serve again.
    aftermath_acks=100,
)
# The bad twin: the same traffic and faults, one setting worse. If it showed nothing, the scenario
# above would prove nothing either.
ONE_COPY = worse(
    ORDERS_SURVIVE,
    "orders-survive-bad",
    "replication factor 1: the only copy is on that disk",
    topics={"min.insync.replicas": 1},
    replicas=1,
)
# What `harness run NAME` and `harness scenarios` find.
SCENARIOS = (ORDERS_SURVIVE, ONE_COPY)


def test_orders_survive_a_lost_disk(run_scenario: RunScenario) -> None:
    run_scenario(ORDERS_SURVIVE).must_be_valid()


def test_one_copy_does_not(run_scenario: RunScenario) -> None:
    run_scenario(ONE_COPY).must_show("lost-write")
