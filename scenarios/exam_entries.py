"""Short words for the log scenarios of the exam: the entry of a table, and its parts."""

from harness.api import (
    Consumers,
    Legal,
    LogWorkload,
    Processors,
    Producers,
    Scenario,
    Step,
    Topic,
    Topology,
    after,
    leader,
)
from harness.model.value import Settings

IDEMPOTENT: Settings = {"enable.idempotence": True}
CALM = (after(acks=400, seconds=2).go_on(),)
A_LEADER_DIES = (
    after(acks=300).kill(leader("orders")),
    after(acks=200, seconds=4).heal("kill"),
)


def legal(  # noqa: PLR0913 - an entry of the table, by name
    name: str,
    about: str,
    *,
    topics: tuple[Topic, ...] = (Topic(name="orders", partitions=3),),
    producers: tuple[Producers, ...] = (Producers(topic="orders", settings=IDEMPOTENT),),
    consumers: tuple[Consumers, ...] = (),
    processors: tuple[Processors, ...] = (),
    steps: tuple[Step, ...] = CALM,
    claims: tuple[str, ...] = (),
    topology: Topology | None = None,
    docker_only: tuple[str, ...] = (),
    nightly: bool = True,
) -> Legal:
    """An entry that must be VALID."""
    return Legal(
        scenario=Scenario(
            name=f"exam-{name}",
            about=about,
            claims=claims,
            topology=topology or Topology(),
            workload=LogWorkload(
                topics=topics, producers=producers, consumers=consumers, processors=processors
            ),
            steps=steps,
        ),
        docker_only=docker_only,
        nightly=nightly,
    )


def orders(partitions: int = 3, **settings: str | float | bool) -> tuple[Topic, ...]:
    """The topic `orders` with settings; underscores stand for dots."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    return (Topic(name="orders", partitions=partitions, settings=named),)


def sending(**settings: str | float | bool) -> tuple[Producers, ...]:
    """One idempotent producer with settings; underscores stand for dots."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    return (Producers(topic="orders", settings={**IDEMPOTENT, **named}),)


def group(count: int = 2, **settings: str | float | bool) -> Consumers:
    """The members of the group `billing`, with settings; underscores stand for dots."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    return Consumers(name="billing", topic="orders", count=count, settings=named)


def assigned(name: str = "reader", **settings: str | float | bool) -> Consumers:
    """One reader with all partitions assigned by hand, with settings as above."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    return Consumers(name=name, topic="orders", mode="assigned", settings=named)
