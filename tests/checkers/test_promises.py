"""What settings permit, and what they therefore promise."""

import pytest
from msgspec.structs import replace

from harness.checkers.kind import KINDS
from harness.checkers.verdict.claims import CLAIMS
from harness.checkers.verdict.log_claims import log_claims
from harness.checkers.verdict.promises import permissions, permitted, promised
from harness.model.administration import Administrators
from harness.model.topology import Topology
from harness.model.value import Settings
from harness.model.workload import Consumers, LogWorkload, Processors, Producers, Topic
from tests.checkers.verdicts import BY_DESIGN, SAFE, scenario


def producers(settings: Settings) -> Producers:
    return Producers(topic="orders", settings=settings)


def group(settings: Settings) -> tuple[Consumers, ...]:
    return (Consumers(topic="orders", settings=settings),)


def readers(settings: Settings) -> tuple[Consumers, ...]:
    return (Consumers(topic="orders", mode="assigned", settings=settings),)


def test_every_kind_contradicts_one_claim_but_interleaving() -> None:
    assert {kind.claim for kind in KINDS.values()} == {None, *CLAIMS}
    assert {name for name, kind in KINDS.items() if kind.claim is None} == BY_DESIGN


def test_kinds_are_told_apart_by_weight_and_follow_from_what_exists() -> None:
    weights = [kind.weight for kind in KINDS.values()]
    assert weights == sorted(set(weights), reverse=True)
    assert {each for kind in KINDS.values() for each in kind.follows_from} <= set(KINDS)


def test_the_safe_settings_promise_all_that_a_log_can() -> None:
    assert permitted(scenario()) == {}
    assert promised(scenario()) == log_claims(scenario())


def test_there_is_an_occasion_for_every_claim_about_logs_and_none_is_made_without() -> None:
    everything = LogWorkload(
        topics=(Topic(name="orders", settings={"cleanup.policy": "compact"}),),
        producers=(Producers(topic="orders", delete_every=5),),
        consumers=(Consumers(topic="orders", within_ms=1000),),
        processors=(Processors(source="orders", sink="bills", progress="transaction"),),
        administrators=(Administrators(),),
    )
    of_logs = {name for name, claim in CLAIMS.items() if not claim.of_pipelines}
    assert set(log_claims(replace(scenario(), workload=everything))) == of_logs
    assert set(log_claims(scenario())) == {
        "durability",
        "failover",
        "integrity",
        "key-order",
        "no-duplicates",
        "ordering",
        "recovery",
        "retention",
    }


def test_the_defaults_of_librdkafka_promise_neither_order_nor_uniqueness() -> None:
    kinds = set(permitted(scenario(producers=producers({}))))
    reordered = {
        "nonmonotonic-send",
        "int-nonmonotonic-send",
        "reordered-result",
        "stale-result",
    }
    assert kinds == {"duplicate", *reordered}
    assert "durability" in promised(scenario(producers=producers({})))


@pytest.mark.parametrize(
    ("settings", "kind", "is_permitted"),
    [
        ({"acks": 1}, "lost-write", True),
        ({"acks": "1"}, "lost-write", True),
        ({"request.required.acks": 0}, "lost-write", True),
        ({"acks": -1}, "lost-write", False),
        ({"acks": "all"}, "lost-write", False),
        ({"acks": 1}, "ghost", False),
        # librdkafka refuses acks=1 with idempotence: the record waits for all.
        ({"enable.idempotence": "true", "acks": 1}, "lost-write", False),
        ({"enable.idempotence": True}, "duplicate", False),
        ({"enable.idempotence": "false"}, "duplicate", True),
        # A limit for each connection: after an election the next record goes to another broker.
        ({"max.in.flight": 1}, "nonmonotonic-send", True),
        ({"max.in.flight": 1, "retries": 0}, "nonmonotonic-send", False),
        ({"max.in.flight.requests.per.connection": 5}, "nonmonotonic-send", True),
        ({"max.in.flight": 1}, "duplicate", True),
        ({"retries": 0}, "duplicate", False),
        ({"message.send.max.retries": 0}, "nonmonotonic-send", False),
    ],
)
def test_producers(*, settings: Settings, kind: str, is_permitted: bool) -> None:
    assert (kind in permitted(scenario(producers=producers(settings)))) == is_permitted


def test_believing_at_once_permits_unsent() -> None:
    hasty = Producers(topic="orders", belief="enqueue", settings=SAFE.settings)
    assert set(permitted(scenario(producers=hasty))) == {"unsent"}


@pytest.mark.parametrize(
    ("settings", "kind", "is_permitted"),
    [
        ({}, "group-skip", True),
        ({}, "poll-skip", True),
        ({}, "nonmonotonic-poll", True),
        ({}, "duplicate-processing", True),
        ({}, "int-poll-skip", False),
        ({"enable.auto.commit": False}, "group-skip", False),
        ({"enable.auto.offset.store": "false"}, "group-skip", False),
        ({"enable.auto.commit": False, "auto.offset.reset": "latest"}, "group-skip", True),
        ({"isolation.level": "read_uncommitted"}, "G1a", True),
        ({"isolation.level": "read_committed"}, "G1a", False),
        ({"isolation.level": "read_uncommitted"}, "G1c-realtime", True),
        ({"isolation.level": "read_uncommitted"}, "torn-commit", True),
        ({"isolation.level": "read_uncommitted"}, "double-processing", False),
    ],
)
def test_groups(*, settings: Settings, kind: str, is_permitted: bool) -> None:
    assert (kind in permitted(scenario(consumers=group(settings)))) == is_permitted


@pytest.mark.parametrize(
    ("settings", "kind", "is_permitted"),
    [
        ({"min.insync.replicas": 1}, "ghost", True),
        ({"min.insync.replicas": "1"}, "lost-write", True),
        ({"min.insync.replicas": 3}, "lost-write", False),
        ({"unclean.leader.election.enable": "true"}, "forked-offset", True),
        ({"unclean.leader.election.enable": False}, "ghost", False),
        ({"unclean.leader.election.enable": True}, "torn-commit", True),
        ({"cleanup.policy": "compact"}, "lost-write", True),
        ({"cleanup.policy": "delete"}, "lost-write", False),
        ({"retention.ms": 1000}, "poll-skip", True),
        ({"retention.ms": 1000}, "lost-write", False),
        ({"retention.ms": -1}, "poll-skip", False),
        ({"retention.bytes": 1000}, "group-skip", True),
    ],
)
def test_topics(*, settings: Settings, kind: str, is_permitted: bool) -> None:
    assert (kind in permitted(scenario(settings=settings))) == is_permitted


def test_a_single_copy_permits_what_a_lost_disk_does() -> None:
    assert "forked-offset" in permitted(scenario(replicas=1))


def test_readers_with_assigned_logs_may_skip_only_where_they_jump() -> None:
    assert permitted(scenario(consumers=readers({}))) == {}
    jumping = permitted(scenario(consumers=readers({"auto.offset.reset": "largest"})))
    assert set(jumping) == {"poll-skip", "int-poll-skip", "group-skip", "uncommitted-skip"}


def test_brokers_speak_for_topics_that_say_nothing() -> None:
    brokers = Topology(broker_settings={"unclean.leader.election.enable": True})
    loose = scenario()
    loose = type(loose)(
        name="loose", about="loose brokers", workload=loose.workload, topology=brokers
    )
    assert "ghost" in permitted(loose)
    assert "durability" not in promised(loose)


def test_each_permission_names_its_setting_and_known_kinds() -> None:
    everything = scenario(
        producers=producers({"acks": 1}),
        consumers=group({"auto.offset.reset": "latest"}),
        settings={
            "min.insync.replicas": 1,
            "unclean.leader.election.enable": True,
            "cleanup.policy": "compact,delete",
            "retention.ms": 5,
        },
    )
    for permission in permissions(everything):
        assert set(permission.kinds) <= set(KINDS)
        assert permission.sentence.startswith(f"{permission.setting}: ")
        assert ":" not in permission.setting, "the headline cuts the sentence at its first colon"
