"""What every Python client is given beside its own settings, on real clusters and on fake ones."""

from harness.model.defaults.dialects import BY_BROKERS, LIBRDKAFKA
from harness.model.value import Settings

# Only what decides how fast a client notices a failure and a recovery, as in `model.dialects`.
# Nothing here changes what the client promises: that is for the scenario to say, and librdkafka's
# defaults stand otherwise.
EVERY_CLIENT: Settings = {
    "socket.timeout.ms": 5000,
    "socket.connection.setup.timeout.ms": 2000,
    "reconnect.backoff.max.ms": 500,
    "topic.metadata.refresh.interval.ms": 5000,
}


def laid_over(own: Settings, given: Settings) -> Settings:
    """`given`, over the harness's own settings for every client and `own`, those for its kind.

    A scenario's choice under another name of a setting pushes out our own. So does the consumer
    group protocol of KIP-848, under which brokers decide what is in `BY_BROKERS`.
    """
    overruled = set(LIBRDKAFKA.named(given))
    if str(given.get("group.protocol", "classic")).lower() == "consumer":
        overruled |= set(BY_BROKERS)
    ours = {**EVERY_CLIENT, **own}
    return {**{name: value for name, value in ours.items() if name not in overruled}, **given}
