"""What the settings of a producer permit."""

from collections.abc import Iterator

from harness.checkers.permissions.permission import Permission, permits
from harness.model.clients import sending_of
from harness.model.defaults.dialects import Sending
from harness.model.permission import LOSS
from harness.model.scenario import Scenario
from harness.model.workload import Producers

REORDERED = ("nonmonotonic-send", "int-nonmonotonic-send", "reordered-result", "stale-result")


@permits("producers", Producers)
def producer_permissions(producers: Producers, scenario: Scenario) -> Iterator[Permission]:
    """What these producers permit; tools are of the version of the brokers."""
    yield from of_sends(sending_of(producers, scenario.topology))
    if producers.belief == "enqueue":
        yield Permission(
            setting=f"belief=enqueue of {producers.name}",
            reason="the application counts a record as sent when produce() returns; it may still "
            "be in the client's queue, time out there, or be dropped",
            kinds=("unsent",),
        )


def of_sends(sends: Sending) -> Iterator[Permission]:
    """What a producer permits that sends so."""
    match sends.acks:
        case "none":
            yield Permission(
                setting="acks=0",
                reason="a record counts as delivered once it is written to a socket; no broker "
                "need have it",
                kinds=LOSS,
            )
        case "leader":
            yield Permission(
                setting="acks=1",
                reason="only the leader has the record when it is acknowledged; it is lost when "
                "the leader dies before a follower copied it",
                kinds=LOSS,
            )
        case "all":
            pass
    if not sends.idempotent and sends.retries:
        yield Permission(
            setting="enable.idempotence=false",
            reason="a batch whose acknowledgement got lost is sent and appended again",
            kinds=("duplicate",),
        )
    if not sends.keeps_order:
        yield Permission(
            setting=f"enable.idempotence=false with max.in.flight={sends.in_flight}",
            reason="a batch that is sent again comes behind one that was sent after it"
            if sends.in_flight > 1
            else "the limit holds for each connection: after an election the next batch goes to "
            "the new leader, and one that the old leader never answered is sent again behind it",
            kinds=REORDERED,
        )
