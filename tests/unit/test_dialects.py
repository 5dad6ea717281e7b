"""The tables of client defaults, against the clients themselves."""

import ctypes
from collections.abc import Callable
from pathlib import Path

import confluent_kafka
import pytest

from harness.backends.fake.kafka.settings import ClientSettings
from harness.kit.errors import UsageError
from harness.model.clients import consumer_settings, reads_uncommitted
from harness.model.defaults.dialects import (
    EVERY_CONSUMER,
    EVERY_PRODUCER,
    LIBRDKAFKA,
    READER,
    Acks,
    Dialect,
    acks_of,
    connect,
    console,
    java,
    partitioner_of,
    sending,
)
from harness.model.value import Scalar, Settings, as_text
from harness.model.workload import Consumers
from harness.systems.kafka.client import KafkaClients
from harness.systems.kafka.settings import laid_over

OURS = {*EVERY_PRODUCER, *EVERY_CONSUMER, *READER}
DEFAULTS = {**LIBRDKAFKA.producer, **LIBRDKAFKA.consumer}


@pytest.fixture(scope="module")
def librdkafka() -> Callable[[str], str]:
    """What librdkafka itself says that a setting is while nobody gives it."""
    bundled = Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs"
    (library,) = bundled.glob("librdkafka-*.so*")
    loaded = ctypes.CDLL(str(library))
    for kind in ("conf", "topic_conf"):
        getattr(loaded, f"rd_kafka_{kind}_new").restype = ctypes.c_void_p
        getattr(loaded, f"rd_kafka_{kind}_get").argtypes = [
            *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p),
            ctypes.POINTER(ctypes.c_size_t),
        ]
    made = {each: getattr(loaded, f"rd_kafka_{each}_new")() for each in ("conf", "topic_conf")}

    def value(name: str) -> str:
        for kind, conf in made.items():
            size, text = ctypes.c_size_t(512), ctypes.create_string_buffer(512)
            get = getattr(loaded, f"rd_kafka_{kind}_get")
            if get(conf, name.encode(), text, ctypes.byref(size)) == 0:
                return text.value.decode()
        raise AssertionError(f"librdkafka knows no setting {name}")

    return value


def alike(ours: Scalar, theirs: str) -> bool:
    return as_text(ours) == theirs or {as_text(ours), theirs} == {"all", "-1"}


@pytest.mark.parametrize("name", sorted(set(DEFAULTS) - OURS))
def test_the_defaults_of_the_python_client_are_librdkafkas(
    librdkafka: Callable[[str], str], name: str
) -> None:
    assert alike(DEFAULTS[name], librdkafka(name))


@pytest.mark.parametrize(
    "name", [name for name, value in ClientSettings.DEFAULTS.items() if value != ""]
)
def test_the_fake_clients_have_the_defaults_of_librdkafka(
    librdkafka: Callable[[str], str], name: str
) -> None:
    assert alike(ClientSettings.DEFAULTS[name], librdkafka(name))


@pytest.mark.parametrize("other", sorted(LIBRDKAFKA.synonyms))
def test_two_names_of_a_setting_are_one_to_librdkafka(
    librdkafka: Callable[[str], str], other: str
) -> None:
    assert librdkafka(other) == librdkafka(LIBRDKAFKA.synonyms[other])


def test_what_clients_are_given_is_in_the_table() -> None:
    assert laid_over(EVERY_PRODUCER, {}).items() >= EVERY_PRODUCER.items()
    assert LIBRDKAFKA.producer.items() >= EVERY_PRODUCER.items()
    assert LIBRDKAFKA.consumer.items() >= {**EVERY_CONSUMER, **READER}.items()


def test_a_client_by_the_consumer_protocol_is_given_nothing_that_it_refuses() -> None:
    clients = KafkaClients("127.0.0.1:1", {1: ("127.0.0.1", 1)})
    settings: Settings = {"group.id": "billing", "group.protocol": "consumer"}
    clients.consumer(settings).close()
    with pytest.raises(UsageError, match=r"session\.timeout\.ms"):
        clients.consumer({**settings, "session.timeout.ms": 6000})


def test_acks_have_one_meaning() -> None:
    assert {acks_of(value) for value in ("all", "ALL", -1, "-1")} == {"all"}
    assert {acks_of(value) for value in (1, "1")} == {"leader"}
    assert {acks_of(value) for value in (0, "0")} == {"none"}


@pytest.mark.parametrize(
    ("dialect", "settings", "keeps_order"),
    [
        (LIBRDKAFKA, {}, False),
        (LIBRDKAFKA, {"max.in.flight": 1}, False),
        (LIBRDKAFKA, {"max.in.flight": 1, "retries": 0}, True),
        (LIBRDKAFKA, {"enable.idempotence": True}, True),
        (LIBRDKAFKA, {"transactional.id": "orders"}, True),
        (java(), {}, True),
        (java(), {"acks": "1"}, False),
        (java(), {"acks": "1", "max.in.flight.requests.per.connection": 1}, True),
        (java(), {"enable.idempotence": False}, False),
        (java("2.8.1"), {}, False),
        (connect(), {}, True),
        (connect(), {"max.in.flight.requests.per.connection": 5}, False),
    ],
)
def test_who_keeps_the_order_of_what_is_sent_again(
    *, dialect: Dialect, settings: Settings, keeps_order: bool
) -> None:
    assert sending(dialect, settings).keeps_order == keeps_order


@pytest.mark.parametrize(
    ("version", "settings", "acks", "idempotent"),
    [
        (None, {}, "all", True),
        ("3.9.2", {"acks": "1"}, "leader", False),
        ("3.9.2", {"acks": 0}, "none", False),
        ("3.9.2", {"max.in.flight.requests.per.connection": 6}, "all", False),
        ("3.9.2", {"max.in.flight.requests.per.connection": 5}, "all", True),
        ("3.9.2", {"retries": 0}, "all", False),
        ("2.8.1", {}, "leader", False),
        ("3.0.0", {}, "all", False),
        ("3.0.1", {}, "all", True),
        ("3.1.0", {}, "all", False),
    ],
)
def test_javas_producer_is_idempotent_unless_its_settings_or_its_version_rule_it_out(
    *, version: str | None, settings: Settings, acks: Acks, idempotent: bool
) -> None:
    made = sending(console(version), settings)
    assert (made.acks, made.idempotent) == (acks, idempotent)


def test_keys_go_where_their_client_sends_them() -> None:
    assert partitioner_of(LIBRDKAFKA, {}) == "crc32"
    assert partitioner_of(LIBRDKAFKA, {"partitioner": "murmur2"}) == partitioner_of(console(), {})


def test_only_the_console_consumer_reads_uncommitted_records_by_default() -> None:
    tool = Consumers(topic="orders", mode="console")
    assert reads_uncommitted(tool)
    assert not reads_uncommitted(Consumers(topic="orders"))
    patient = Consumers(
        topic="orders", mode="console", settings={"isolation.level": "read_committed"}
    )
    assert not reads_uncommitted(patient)


def test_an_application_that_commits_itself_leaves_nothing_to_its_client() -> None:
    own = consumer_settings(Consumers(topic="orders", commit="application"))
    assert own["enable.auto.commit"] is False
