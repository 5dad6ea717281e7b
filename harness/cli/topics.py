"""`harness topics ...`: topics of a running stack.

`--stack` is the stack's id; it is optional if only one runs.
"""

from typing import Annotated

from cyclopts import App, Parameter

from harness.cli.words import AtLeastOne

topics = App(name="topics", help="Administer topics of a running stack.")
StackId = Annotated[str | None, Parameter(name="--stack")]
Given = Annotated[tuple[str, ...], Parameter(name="--setting")]


@topics.command(name="list")
def list_topics(*, stack: StackId = None) -> int:
    """List all topics, including Kafka's internal ones.

    Args:
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands.asking import told

    print(told(stack, lambda kafka: kafka.topics.names()))
    return 0


@topics.command(name="describe")
def describe_topic(topic: str, /, *, stack: StackId = None) -> int:
    """Show a topic: its settings, and the leader and replicas of each partition.

    Args:
        topic: its name.
        stack: id of the stack; optional if only one runs.
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
        partitions: number of partitions.
        replicas: replication factor.
        settings: topic settings, such as `--setting retention.ms=60000`.
        stack: id of the stack; optional if only one runs.
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
    """Add partitions to a topic; existing keys may map to other partitions.

    Args:
        topic: its name.
        total: the new number of partitions.
        stack: id of the stack; optional if only one runs.
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
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands import topics as admin
    from harness.engine.commands.asking import asked

    asked(stack, lambda kafka: admin.configure(kafka, topic, settings))
    return 0


@topics.command(name="delete")
def delete_topic(topic: str, /, *, stack: StackId = None) -> int:
    """Delete a topic and its records.

    Args:
        topic: its name.
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands.asking import asked

    asked(stack, lambda kafka: kafka.topics.delete(topic))
    return 0
