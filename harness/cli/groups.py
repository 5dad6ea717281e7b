"""`harness groups ...`: consumer groups of a running stack.

`--stack` is the stack's id; it is optional if only one runs.
"""

from typing import Annotated

from cyclopts import App, Parameter

groups = App(name="groups", help="Show and reset consumer groups of a running stack.")
StackId = Annotated[str | None, Parameter(name="--stack")]
Place = Annotated[tuple[str, ...], Parameter(name="--to", consume_multiple=True)]
Topics = Annotated[tuple[str, ...], Parameter(name="--topic")]


@groups.command(name="list")
def list_groups(*, stack: StackId = None) -> int:
    """List every group with its state.

    Args:
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands import groups as admin
    from harness.engine.commands.asking import told

    print(told(stack, admin.listing))
    return 0


@groups.command(name="describe")
def describe_group(group: str, /, *, stack: StackId = None) -> int:
    """Show a group: coordinator, strategy, generation, members and their partitions.

    Args:
        group: its name.
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands import groups as admin
    from harness.engine.commands.asking import told

    print(told(stack, lambda kafka: admin.description(kafka, group)))
    return 0


@groups.command(name="lag")
def lag_of_group(group: str, /, *, stack: StackId = None) -> int:
    """Show the lag of a group for each partition; exit with 1 if coordinator and log disagree.

    Args:
        group: its name.
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands import groups as admin
    from harness.engine.commands.asking import asked

    lags = asked(stack, lambda kafka: admin.lag(kafka, group))
    print("\n".join(admin.lag_lines(group, lags)))
    return 0 if all(each.agrees for each in lags) else 1


@groups.command(name="reset")
def reset_group(
    group: str,
    /,
    *,
    to: Place,
    topics: Topics = (),
    execute: bool = False,
    stack: StackId = None,
) -> int:
    """Plan a reset of a group, or carry it out; the group must have no members.

    Args:
        group: its name.
        to: `earliest`; `latest`; `offset N`, or the nearest existing offset; `time T`, the first
            record at or after T, which is a date (UTC by default) or a number of seconds ago.
        topics: topics to reset; by default all for which the group has committed offsets.
        execute: carry it out.
        stack: id of the stack; optional if only one runs.
    """
    from harness.engine.commands import groups as admin
    from harness.engine.commands.asking import told
    from harness.engine.commands.group_reset import place_of
    from harness.kit.clock import utc_ms

    place = place_of(to, utc_ms())
    print(told(stack, lambda kafka: admin.reset(kafka, group, place, topics, really=execute)))
    return 0
