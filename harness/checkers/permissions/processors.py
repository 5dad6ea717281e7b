"""What the way in which processors remember their progress permits."""

from collections.abc import Iterator

from harness.checkers.permissions.groups import of_subscription
from harness.checkers.permissions.permission import Permission, permits
from harness.checkers.permissions.producers import of_sends
from harness.model.defaults.dialects import LIBRDKAFKA, sending
from harness.model.scenario import Scenario
from harness.model.workload import Processors

LOST = ("unprocessed", "reordered-result")
"""A record that nobody comes back to; and the result of one that its worker held in hand while
others went on behind it."""


@permits("processors", Processors)
def processor_permissions(spec: Processors, _scenario: Scenario) -> Iterator[Permission]:
    """What a group permits, and what `progress` permits at the hop of these processors alone."""
    yield from of_sends(sending(LIBRDKAFKA, spec.sending))
    yield of_subscription(spec.name)

    def permit(setting: str, reason: str, *kinds: str) -> Permission:
        return Permission(setting=setting, reason=reason, kinds=kinds, hops=(spec.hop,))

    # Whoever compares versions is not stale, whatever comes late or again.
    stale = () if spec.versioned else ("stale-result",)
    lost = (*LOST, *stale)
    if spec.threads > 1 and not spec.lanes:
        yield permit(
            f"threads={spec.threads} with lanes=false of {spec.name}",
            "several threads process records of one key, and the fastest sends first",
            "reordered-result",
            *stale,
        )
    twice = () if spec.deduplicated else ("double-processing",)
    again = (*twice, *stale) if twice else ()
    match spec.progress:
        case "before":
            yield permit(
                f"progress=before of {spec.name}",
                "a record is committed, then processed; if its worker dies in between, no other "
                "processes it, and a worker that stalls in between sends after others",
                *lost,
            )
        case "after":
            yield permit(
                f"progress=after of {spec.name}",
                "a record is processed, then committed; when its worker dies or loses the "
                "partition in between, another one processes it again, and both send what "
                "they made",
                *again,
            )
        case "auto" if spec.stores_itself:
            yield permit(
                f"progress=auto with enable.auto.offset.store=false of {spec.name}",
                "what is processed is committed later, by a timer; when its worker dies before "
                "that, another one processes it again",
                *again,
            )
        case "auto":
            yield permit(
                f"progress=auto with enable.auto.offset.store=true of {spec.name}",
                "an offset is stored when its record is handed out and committed by a timer, "
                "before or after it is processed",
                *lost,
                *twice,
            )
        case "transaction":
            pass
    if str(spec.consumer.get("auto.offset.reset", "earliest")) in {"latest", "largest", "end"}:
        yield permit(
            f"auto.offset.reset={spec.consumer['auto.offset.reset']} of {spec.name}",
            "a group without a committed offset starts at the end of a partition",
            *lost,
        )
