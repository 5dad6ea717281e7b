"""Secrets: named in a scenario, read late, and written nowhere."""

from typing import Any

import msgspec
import pytest

from harness.api import (
    Consumers,
    Copy,
    Feed,
    LogWorkload,
    PipelineWorkload,
    Producers,
    Scenario,
    SourceTable,
    Topic,
    Topology,
    Writers,
    secret,
)
from harness.api import Path as Way
from harness.engine.compile import compile_plan
from harness.kit import secrets
from harness.kit.errors import UsageError
from harness.model.codec import encode
from harness.model.value import Settings
from harness.systems.kafka import client as kafka
from harness.systems.kafka.client import KafkaClients

HUSH = 'p"ss<w&rd>-1234'


@pytest.fixture(autouse=True)
def _forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_known", set())
    monkeypatch.setenv("HUSH", HUSH)


def shop(*, producer: Settings | None = None, consumer: Settings | None = None) -> Scenario:
    return Scenario(
        name="hushed",
        about="a test",
        workload=LogWorkload(
            topics=(Topic(name="orders"),),
            producers=(Producers(topic="orders", settings=producer or {}),),
            consumers=(Consumers(topic="orders", settings=consumer or {}),),
        ),
        baseline_acks=50,
    )


def pipeline(sink: Settings) -> Scenario:
    return Scenario(
        name="hushed",
        about="a test",
        topology=Topology(mysql=True, connect_workers=1, registry=True),
        workload=PipelineWorkload(
            tables=(SourceTable(name="orders"),),
            writers=(Writers(tables=("orders",)),),
            paths=(
                Way(
                    name="shop",
                    feed=Feed(kind="debezium"),
                    copies=(Copy(kind="jdbc", name="own", connector=sink),),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    "setting",
    [
        "sasl.password",
        "ssl.key.password",
        "ssl.keystore.password",
        "sasl.jaas.config",
        "database.password",
        "DB_PASSWORD",
        "basic.auth.user.info",
        "sasl.oauthbearer.client.secret",
        "ssl.key.pem",
        "api_key",
    ],
)
def test_settings_that_hold_secrets_are_known_by_their_names(setting: str) -> None:
    assert secrets.is_secret(setting)


@pytest.mark.parametrize(
    "setting",
    [
        "sasl.oauthbearer.token.endpoint.url",
        "default_password_lifetime",
        "validate_password.length",
        "key.converter",
        "primary.key.mode",
        "message.key.columns",
    ],
)
def test_settings_that_only_sound_like_it_are_none(setting: str) -> None:
    assert not secrets.is_secret(setting)


def test_a_secret_in_clear_is_refused_and_says_where_and_what_to_do() -> None:
    refused = r"workload\.producers\[0\]\.settings\.sasl\.password is a plain-text secret.*secret\("
    with pytest.raises(UsageError, match=refused):
        compile_plan(shop(producer={"sasl.password": "hunter22"}), 1)
    with pytest.raises(UsageError, match=r"copies\[0\]\.connector\.connection\.url"):
        compile_plan(pipeline({"connection.url": "jdbc:mysql://h/d?user=a&password=hunter22"}), 1)


@pytest.mark.parametrize("value", ["${MYSQL_PASSWORD}", secret("HUSH"), "${file:/x:password}"])
def test_a_reference_is_none_in_clear(value: str) -> None:
    compile_plan(pipeline({"connector.class": "x", "connection.password": value}), 1)


def test_a_column_may_be_called_like_a_secret() -> None:
    scenario = pipeline({"connector.class": "x"})
    table = SourceTable(name="orders", columns={"password": "VARCHAR(40)", "token": "INT"})
    workload = msgspec.structs.replace(scenario.pipeline, tables=(table,))
    compile_plan(msgspec.structs.replace(scenario, workload=workload), 1)


def test_a_secret_for_a_service_is_refused() -> None:
    scenario = msgspec.structs.replace(
        shop(), topology=Topology(broker_settings={"ssl.keystore.password": secret("HUSH")})
    )
    refused = r"topology\.broker_settings\.ssl\.keystore\.password refers to a secret"
    with pytest.raises(UsageError, match=refused):
        compile_plan(scenario, 1)


def test_a_plan_holds_the_reference_and_a_client_gets_the_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = compile_plan(shop(producer={"sasl.password": secret("HUSH")}), 1)
    assert HUSH.encode() not in encode(plan)
    settings = plan.scenario.log_workload.producers[0].settings
    assert settings["sasl.password"] == "${secret:HUSH}"
    given: dict[str, Any] = {}
    monkeypatch.setattr(kafka, "_built", lambda _kind, merged: given.update(merged))
    KafkaClients("localhost:1", {}).producer(settings)
    assert given["sasl.password"] == HUSH


@pytest.mark.parametrize(("value", "seen"), [("", "is not set"), ("short", "has 5 characters")])
def test_a_secret_that_is_not_there_or_too_short_is_said_so(
    monkeypatch: pytest.MonkeyPatch, value: str, seen: str
) -> None:
    monkeypatch.setenv("HUSH", value)
    with pytest.raises(UsageError, match=f"the environment variable HUSH {seen}"):
        secrets.value_of("HUSH")


def test_a_value_is_taken_out_however_it_is_quoted() -> None:
    secrets.hide(HUSH)
    forms = [
        HUSH,
        'p\\"ss<w&rd>-1234',
        "p&quot;ss&lt;w&amp;rd&gt;-1234",
        'p"ss&lt;w&amp;rd&gt;-1234',
    ]
    for form in forms:
        assert secrets.redacted(f"a {form} b".encode()) == b"a [hidden] b"


def test_the_password_inside_a_jaas_configuration_is_hidden_by_itself() -> None:
    secrets.hide('org.Login required username="u" password="hunter2222";')
    assert secrets.redacted(b"login with hunter2222 failed") == b"login with [hidden] failed"


def test_a_command_line_keeps_no_secret() -> None:
    secrets.value_of("HUSH")
    words = ["run", "--db-password", "x", "--api-key=y", f"a={HUSH}", "--seed", "3"]
    kept = ["run", "--db-password", "[hidden]", "--api-key=[hidden]", "a=[hidden]", "--seed", "3"]
    assert list(secrets.redacted_arguments(words)) == kept
