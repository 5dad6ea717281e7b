"""No file of a run shows a secret that its scenario refers to."""

import logging
from typing import Any

import pytest

from harness.api import LogWorkload, Producers, Scenario, Topic, secret
from harness.engine import execute
from harness.kit import secrets
from harness.model import codec
from harness.reporting.folder import RunFolder
from tests.fake.conftest import RunFake

HUSH = 'p"ss<w&rd>-1234'


def test_no_file_of_a_run_shows_a_secret(
    run_fake: RunFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_known", set())
    monkeypatch.setenv("HUSH", HUSH)
    monkeypatch.setattr("sys.argv", ["pytest", "--the-password", HUSH, f"of={HUSH}"])

    def babbling(*arguments: Any, **options: Any) -> None:
        logging.getLogger("harness.test").warning("logged in with %s", HUSH)
        execute.execute(*arguments, **options)
        folder: RunFolder = arguments[2]
        codec.write_atomically(folder.log("broker-1"), f"who is {HUSH}?".encode())

    monkeypatch.setattr("harness.engine.run.execute", babbling)
    scenario = Scenario(
        name="hushed",
        about="a test",
        workload=LogWorkload(
            topics=(Topic(name="orders"),),
            producers=(Producers(topic="orders", settings={"client.id": secret("HUSH")}),),
        ),
        baseline_acks=50,
    )
    folder = run_fake(scenario, 1).folder
    assert folder.manifest().argv == ("pytest", "--the-password", "[hidden]", "of=[hidden]")
    assert "logged in with [hidden]" in folder.harness_log.read_text()
    assert "who is [hidden]?" in folder.log("broker-1").read_text()
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        assert HUSH.encode() not in path.read_bytes(), path
