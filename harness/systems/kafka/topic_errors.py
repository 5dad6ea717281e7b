"""Which errors of a request to administer a topic say that it certainly changes nothing.

The client sends such a request once. With KRaft, however, a broker forwards it to the controller,
and forwards it anew when that one fails: an answer such as "it exists already" may then be about
the request's own first journey, and a controller that loses its office calls off what it has
written and its successor may keep. So an error is definite (`fail`) only when every journey meets
the same refusal; every other, and every error that is not listed, is `info`.
"""

from confluent_kafka import KafkaException

from harness.systems.error_table import Outcome, Row

TABLE: dict[str, Row] = {
    # Refused for what was asked, whoever is controller.
    "INVALID_REPLICATION_FACTOR": Row("fail", "there are too few brokers; nothing is created"),
    "INVALID_CONFIG": Row("fail", "no topic can have this setting; nothing is changed"),
    "TOPIC_EXCEPTION": Row("fail", "no topic can have this name"),
    "POLICY_VIOLATION": Row("fail", "the cluster's policy refuses it, always"),
    "TOPIC_AUTHORIZATION_FAILED": Row("fail", "refused before anything; no run changes rights"),
    "CLUSTER_AUTHORIZATION_FAILED": Row("fail", "refused before anything; no run changes rights"),
    "_INVALID_ARG": Row("fail", "the client refuses the arguments; nothing was sent"),
    # May have happened.
    "_TIMED_OUT": Row("info", "the request may be carried out, even later, by who was asked"),
    "REQUEST_TIMED_OUT": Row("info", "the controller has started it and does not wait for its end"),
    "_TRANSPORT": Row("info", "the connection broke after the request may have arrived"),
    "NOT_CONTROLLER": Row("info", "also said of what was written and not yet replicated"),
    "TOPIC_ALREADY_EXISTS": Row("info", "perhaps by a first journey of the same request"),
    "INVALID_PARTITIONS": Row("info", "it has so many, perhaps by a first journey of the same"),
    "UNKNOWN_TOPIC_OR_PART": Row("info", "it is gone, perhaps by a first journey of the same"),
    "UNKNOWN": Row("info", "the broker met an error it has no name for"),
}
_UNLISTED = Row("info", "not in the table: nothing is known, so it may have happened")


def outcome_of(error: KafkaException) -> Outcome:
    """`fail` when the request that met `error` certainly changed nothing, else `info`."""
    return TABLE.get(str(error.args[0].name()), _UNLISTED).outcome
