"""Bugs of a leader that answers."""

from confluent_kafka import KafkaError

from harness.backends.fake.bugs.bug import Dice, bug
from harness.backends.fake.seams import Seams


@bug("refuse-but-append", "G1a")
def refuse_but_append(seams: Seams, dice: Dice) -> None:
    """The leader appends a batch and tells the sender that it has no right to."""
    proceed = seams.answer

    def answer(error: int) -> int:
        return KafkaError.TOPIC_AUTHORIZATION_FAILED if dice.strikes() else proceed(error)

    seams.answer = answer


@bug("acknowledge-early", "lost-write")
def acknowledge_early(seams: Seams, _dice: Dice) -> None:
    """A leader does not wait for its in-sync replicas; it takes a failover to be seen."""
    seams.waits = False


@bug("forget-producers", "duplicate")
def forget_producers(seams: Seams, _dice: Dice) -> None:
    """A leader does not know a retry from a new record; it takes a lost answer to be seen."""
    seams.remembers = False
