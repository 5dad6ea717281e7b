"""`harness groups ...`: thin words over the consumer groups of a running stack.

`--stack` is the stack's id; it may be left out when there is only one.
"""

from typing import Annotated

from cyclopts import App, Parameter

groups = App(name="groups", help="Look at consumer groups of a running stack, and reset them.")
StackId = Annotated[str | None, Parameter(name="--stack")]
Place = Annotated[tuple[str, ...], Parameter(name="--to", consume_multiple=True)]
Topics = Annotated[tuple[str, ...], Parameter(name="--topic")]


@groups.command(name="list")
def list_groups(*, stack: StackId = None) -> int:
    """List every group with its state.

    Args:
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands import groups as admin
    from harness.engine.commands.asking import told

    print(told(stack, admin.listing))
    return 0


@groups.command(name="describe")
def describe_group(group: str, /, *, stack: StackId = None) -> int:
    """Say what a group is: its coordinator, strategy and generation, and what members hold.

    Args:
        group: its name.
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands import groups as admin
    from harness.engine.commands.asking import told

    print(told(stack, lambda kafka: admin.description(kafka, group)))
    return 0


@groups.command(name="lag")
def lag_of_group(group: str, /, *, stack: StackId = None) -> int:
    """Say how far a group is behind the end of each log; 1 when its coordinator and log disagree.

    Args:
        group: its name.
        stack: its id; may be left out when there is only one.
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
    """Say what a reset of a group would do, or do it; the group must have no members.

    Args:
        group: its name.
        to: `earliest`; `latest`; `offset N`, or the nearest that a log has; `time T`, the first
            record from then on, T a date (UTC unless it says otherwise) or seconds ago.
        topics: reset all logs of these; those that the group has committed of unless given.
        execute: do it.
        stack: its id; may be left out when there is only one.
    """
    from harness.engine.commands import groups as admin
    from harness.engine.commands.asking import told
    from harness.engine.commands.group_reset import place_of
    from harness.kit.clock import utc_ms

    place = place_of(to, utc_ms())
    print(told(stack, lambda kafka: admin.reset(kafka, group, place, topics, really=execute)))
    return 0
