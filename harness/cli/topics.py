"""`harness topics ...`: thin words over the administration of a running stack's topics.

`--stack` is the stack's id; it may be left out when there is only one.
"""

from typing import Annotated

from cyclopts import App, Parameter

from harness.cli.words import AtLeastOne

topics = App(name="topics", help="Administer topics of a running stack.")
StackId = Annotated[str | None, Parameter(name="--stack")]
Given = Annotated[tuple[str, ...], Parameter(name="--setting")]


@topics.command(name="list")
def list_topics(*, stack: StackId = None) -> int:
    """List every topic, Kafka's own among them.

    Args:
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands.asking import told

    print(told(stack, lambda kafka: kafka.topics.names()))
    return 0


@topics.command(name="describe")
def describe_topic(topic: str, /, *, stack: StackId = None) -> int:
    """Say what a topic is made of: its own settings, and who leads and holds each partition.

    Args:
        topic: its name.
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands import topics as admin
    from harness.engine.commands.asking import told

    print(told(stack, lambda kafka: admin.description(kafka, topic)))
    return 0


@topics.command(name="create")
def create_topic(
    topic: str,
    /,
    *,
    partitions: AtLeastOne = 1,
    replicas: AtLeastOne = 3,
    settings: Given = (),
    stack: StackId = None,
) -> int:
    """Create a topic.

    Args:
        topic: its name.
        partitions: how many.
        replicas: of each.
        settings: of its own, such as `--setting retention.ms=60000`.
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands import topics as admin
    from harness.engine.commands.asking import asked

    asked(
        stack,
        lambda kafka: admin.create(
            kafka, topic, partitions=partitions, replicas=replicas, settings=settings
        ),
    )
    return 0


@topics.command(name="add-partitions")
def add_partitions(topic: str, total: AtLeastOne, /, *, stack: StackId = None) -> int:
    """Let a topic have more partitions; from then on its keys stand in others than before.

    Args:
        topic: its name.
        total: how many it has then.
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands.asking import asked

    asked(stack, lambda kafka: kafka.topics.add_partitions(topic, total))
    return 0


@topics.command(name="configure")
def configure_topic(topic: str, /, *settings: str, stack: StackId = None) -> int:
    """Change settings of a topic: `harness topics configure orders cleanup.policy=compact`.

    Args:
        topic: its name.
        settings: each as `name=value`.
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands import topics as admin
    from harness.engine.commands.asking import asked

    asked(stack, lambda kafka: admin.configure(kafka, topic, settings))
    return 0


@topics.command(name="delete")
def delete_topic(topic: str, /, *, stack: StackId = None) -> int:
    """Delete a topic and all that is in it.

    Args:
        topic: its name.
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands.asking import asked

    asked(stack, lambda kafka: kafka.topics.delete(topic))
    return 0
