"""The exam's log scenarios: settings of topics, producers, consumers and processors unlike ours."""

from harness.api import Consumers, Legal, LogWorkload, Producers, Scenario, Topic

LOGS = (
    Legal(
        scenario=Scenario(
            name="exam-lz4",
            about="Records are compressed, and topics of another number of partitions",
            workload=LogWorkload(
                topics=(Topic(name="orders", partitions=5, settings={"compression.type": "lz4"}),),
                producers=(Producers(topic="orders", settings={"compression.type": "zstd"}),),
                consumers=(Consumers(topic="orders", count=2),),
            ),
        ),
    ),
)
