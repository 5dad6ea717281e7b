"""Bugs of a controller that is asked to administer topics."""

from collections.abc import Callable

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.seams import Seams


def _pass_over(seams: Seams, operation: str, strikes: Callable[[], bool]) -> None:
    """Answer requests of a kind as done that are not carried out."""
    proceed = seams.administer

    def administer(asked: str, request: Callable[[], None]) -> None:
        if asked != operation or not strikes():
            proceed(asked, request)

    seams.administer = administer


@bug("forget-topic", "lost-topic")
def forget_topic(seams: Seams, dice: Dice) -> None:
    """The controller acknowledges a topic and does not create it."""
    _pass_over(seams, "create", dice.strikes)


@bug("keep-deleted", "resurrected-topic")
def keep_deleted(seams: Seams, dice: Dice) -> None:
    """The controller acknowledges that a topic is deleted, and it stays."""
    _pass_over(seams, "delete", dice.strikes)


@bug("add-no-partitions", "lost-partitions")
def add_no_partitions(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - later ones hide it: always
    """The controller acknowledges more partitions and adds none."""
    _pass_over(seams, "add-partitions", lambda: True)


@bug("forget-settings", "lost-setting")
def forget_settings(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - as above
    """The controller acknowledges another setting and keeps the one before."""
    _pass_over(seams, "configure", lambda: True)


@bug("grant-refused", "refused-change")
def grant_refused(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - as above
    """The controller refuses an invalid setting, but applies it."""
    seams.refuse = lambda change: change()


@bug("list-half", "divergent-metadata")
def list_half(seams: Seams, dice: Dice) -> None:  # noqa: ARG001 - it is seen in the end only: always
    """A list of topics omits every second topic."""
    seams.list_topics = lambda names: names[::2]
