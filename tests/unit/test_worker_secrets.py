"""What Connect's workers are given of a scenario's secrets, and what a connector says instead."""

import pytest

from harness.backends.docker import archive
from harness.backends.docker.worker_secrets import WorkerSecrets
from harness.kit import secrets
from harness.kit.errors import UsageError
from harness.systems.connect.service import SECRETS, reference
from tests.unit.memory_engine import MemoryEngine


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> MemoryEngine:
    monkeypatch.setattr(secrets, "_known", set())
    return MemoryEngine()


def workers(engine: MemoryEngine) -> list[str]:
    return [
        engine.create_container("image", ["true"], name=name, labels={})["Id"]
        for name in ("connect-1", "connect-2")
    ]


def test_every_worker_learns_the_value_and_the_connector_says_where_it_is(
    engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "a\\b=c äöü\U0001f511")
    names = workers(engine)
    for name in names:
        archive.write(engine, name, SECRETS, b"password=drawn\n")
    config = {"my.token": secrets.secret("TOKEN"), "my.url": "http://x/${secret:TOKEN}/y", "a": "b"}
    known = WorkerSecrets(engine, names)(config)
    said = reference("TOKEN")
    assert known == {"my.token": said, "my.url": f"http://x/{said}/y", "a": "b"}
    for name in names:
        written = archive.read(engine, name, SECRETS)
        assert written is not None
        lines = written.decode("ascii").splitlines()
        assert lines == [
            "password=drawn",
            r"TOKEN=a\\b=c\u0020\u00e4\u00f6\u00fc\ud83d\udd11",
        ]


def test_a_secret_that_is_not_known_here_is_no_configuration(engine: MemoryEngine) -> None:
    with pytest.raises(UsageError, match="NOT_THERE is not set"):
        WorkerSecrets(engine, workers(engine))({"my.token": secrets.secret("NOT_THERE")})


def test_without_secrets_no_worker_is_asked(engine: MemoryEngine) -> None:
    assert WorkerSecrets(engine, ["gone"])({"a": "${MYSQL_HOST}"}) == {"a": "${MYSQL_HOST}"}
    assert engine.files == {}
