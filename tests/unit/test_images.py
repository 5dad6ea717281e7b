"""Which images are built, when, in which order, and what is said when one cannot be."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import errors

from harness.backends.docker.images.builder import (
    Build,
    DockerBuilder,
    Say,
    ca_certificates,
    context,
)
from harness.backends.docker.images.recipes import ensure, names, recipe
from harness.kit.errors import ImageBuildError, NoDiskError, UsageError
from harness.systems.pins import compose_dir, kafka, versions


class FakeBuilder:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.built: list[Build] = []

    def has(self, tag: str) -> bool:
        return tag in self.there

    def debian(self, release: str, script: Path, say: Say) -> str:
        say(f"{script.name} {release}")
        return f"debian:{release}-slim"

    def build(self, build: Build, say: Say) -> None:
        say(f"building {build.tag}")
        self.built.append(build)
        self.there.add(build.tag)


class FakeEngine:
    """An engine without images whose every build prints `events`."""

    def __init__(self, *events: dict[str, str]) -> None:
        self.events = events
        self.pulled: list[str] = []

    def inspect_image(self, tag: str) -> None:
        raise errors.ImageNotFound(tag)

    def pull(self, name: str, tag: str) -> None:
        self.pulled.append(f"{name}:{tag}")

    def build(self, **_: object) -> Iterator[dict[str, str]]:
        return iter(self.events)

    def info(self) -> dict[str, str]:
        return {"DockerRootDir": "/"}


@pytest.fixture(autouse=True)
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three recipes, one on the other, in a folder of their own."""
    monkeypatch.setenv("HARNESS_COMPOSE_DIR", str(tmp_path))
    (tmp_path / "versions.env").write_text(
        "# why\nDEBIAN_RELEASE=trixie\nX_VERSION=1\nY_VERSION=1\n"
    )
    recipes = {
        "base": "ARG DEBIAN_IMAGE\nFROM ${DEBIAN_IMAGE}\nARG DEBIAN_RELEASE\n",
        "middle": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nARG X_VERSION\n",
        "top": "ARG MIDDLE_IMAGE\nFROM ${MIDDLE_IMAGE}\nCOPY run /\n",
    }
    for name, text in recipes.items():
        (tmp_path / "images" / name).mkdir(parents=True)
        (tmp_path / "images" / name / "Dockerfile").write_text(text)
    (tmp_path / "images" / "top" / "run").write_text("true\n")
    return tmp_path


def tags() -> dict[str, str]:
    return {name: recipe(name).tag for name in names()}


def changed(before: dict[str, str]) -> set[str]:
    return {name for name, tag in tags().items() if tag != before[name]}


def test_a_tag_names_its_image_and_twelve_digits_of_its_inputs() -> None:
    top = recipe("top")
    assert top.tag == f"kafka-chaos-harness/top:{top.inputs[:12]}"


def test_a_changed_recipe_changes_the_image_and_what_stands_on_it(compose: Path) -> None:
    before = tags()
    with (compose / "images" / "middle" / "Dockerfile").open("a") as file:
        file.write("RUN true\n")
    assert changed(before) == {"middle", "top"}


def test_a_file_beside_the_dockerfile_counts_with_its_name_and_its_mode(compose: Path) -> None:
    run = compose / "images" / "top" / "run"
    before = tags()
    run.chmod(0o755)
    assert changed(before) == {"top"}
    before = tags()
    run.rename(run.with_name("walk"))
    assert changed(before) == {"top"}


def test_a_version_counts_only_where_it_is_asked_for(compose: Path) -> None:
    before = tags()
    versions = compose / "versions.env"
    versions.write_text(versions.read_text().replace("Y_VERSION=1", "Y_VERSION=2"))
    assert changed(before) == set()
    versions.write_text(versions.read_text().replace("X_VERSION=1", "X_VERSION=2"))
    assert changed(before) == {"middle", "top"}


def test_time_owner_hidden_files_and_the_ca_bundle_do_not_count(
    compose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tags()
    (compose / "images" / "top" / ".run.swp").write_text("an editor was here")
    (compose / "images" / "top" / "run").chmod(0o600)
    monkeypatch.setenv("SSL_CERT_FILE", str(compose / "versions.env"))
    assert changed(before) == set()


def test_parents_are_built_first_and_handed_down() -> None:
    builder = FakeBuilder()
    tag = ensure("top", builder=builder)
    order = [build.tag for build in builder.built]
    assert order == [tags()["base"], tags()["middle"], tag]
    base, middle, _ = builder.built
    assert base.arguments == {"DEBIAN_RELEASE": "trixie", "DEBIAN_IMAGE": "debian:trixie-slim"}
    assert middle.arguments == {"X_VERSION": "1", "BASE_IMAGE": base.tag}
    assert middle.labels["kafka-chaos-harness.image"] == "middle"
    assert middle.labels["kafka-chaos-harness.inputs"].startswith(middle.tag.split(":")[1])


def test_an_image_that_is_there_is_not_built_nor_are_its_parents() -> None:
    builder = FakeBuilder()
    builder.there = {tags()["top"]}
    assert ensure("top", builder=builder) == tags()["top"]
    assert builder.built == []


def test_another_version_is_another_image(compose: Path) -> None:
    (compose / "versions.env").write_text("KAFKA_VERSION=1\nDEBIAN_RELEASE=trixie\nX_VERSION=1\n")
    with (compose / "images" / "top" / "Dockerfile").open("a") as file:
        file.write("ARG KAFKA_VERSION\n")
    builder = FakeBuilder()
    usual = ensure("top", builder=builder)
    other = ensure("top", overrides={"KAFKA_VERSION": "2"}, builder=builder)
    assert usual != other
    assert [build.arguments.get("KAFKA_VERSION") for build in builder.built[2:]] == ["1", "2"]


def test_a_replacement_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_IMAGE_MIDDLE", "ours/middle:7")
    builder = FakeBuilder()
    assert ensure("middle", builder=builder) == "ours/middle:7"
    ensure("top", builder=builder)
    assert [build.arguments for build in builder.built] == [{"MIDDLE_IMAGE": "ours/middle:7"}]


def test_an_unknown_image_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"image 'bottom'; there are: base, middle, top"):
        ensure("bottom", builder=FakeBuilder())


def test_an_unknown_argument_is_named(compose: Path) -> None:
    (compose / "images" / "top" / "Dockerfile").write_text("ARG Z_VERSION\nFROM scratch\n")
    with pytest.raises(ImageBuildError, match="Z_VERSION"):
        recipe("top")


def test_every_real_recipe_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_COMPOSE_DIR")
    pipeline = {"connect", "mysql", "redis", "registry"}
    assert {"base", "java", "kafka", "netadmin", "toxiproxy"} | pipeline <= set(names())
    assert all(recipe(name).folder.parent.parent == compose_dir() for name in names())


def test_every_version_is_one_that_a_recipe_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_COMPOSE_DIR")
    lines = (compose_dir() / "versions.env").read_text().splitlines()
    known = [line.partition("=")[0] for line in lines if not line.startswith("#")]
    choices = {"KAFKA_VERSION_KRAFT", "KAFKA_VERSIONS"}  # what KAFKA_VERSION may be instead
    asked = {key for name in names() for key in recipe(name).versions}
    assert sorted(known) == sorted(asked | choices)


def test_brokers_are_of_the_kafka_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_COMPOSE_DIR")
    pinned = versions(compose_dir())
    assert kafka("zookeeper") == {}
    assert kafka("zookeeper", pinned["KAFKA_VERSION"]) == {}, "the same image by its number"
    assert kafka("kraft") == {"KAFKA_VERSION": pinned["KAFKA_VERSION_KRAFT"]}
    assert kafka("kraft", "4.1.2") == {"KAFKA_VERSION": "4.1.2"}
    with pytest.raises(
        UsageError, match=r"Kafka 9\.9\.9 is not known; known are 2\.8\.0, .*4\.3\.1"
    ):
        kafka("kraft", "9.9.9")
    assert {pinned["KAFKA_VERSION"], pinned["KAFKA_VERSION_KRAFT"]} <= set(
        pinned["KAFKA_VERSIONS"].split()
    )


def test_no_recipe_has_the_output_of_a_build_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would be a part of the image's hash, and another one after every compilation.
    monkeypatch.delenv("HARNESS_COMPOSE_DIR")
    built = {".class", ".jar", ".jsa", ".gz"}
    assert not [path for path in (compose_dir() / "images").rglob("*") if path.suffix in built]


def failing(*events: dict[str, str]) -> Exception:
    build = Build(tag="t:1", folder=compose_dir() / "images" / "top", arguments={}, labels={})
    lines: list[str] = []
    with pytest.raises(ImageBuildError) as raised:
        DockerBuilder(lambda: FakeEngine(*events)).build(build, lines.append)
    return raised.value


def test_a_failed_build_says_which_step_and_how_it_ended() -> None:
    steps = [{"stream": "Step 1/2 : FROM x\n"}, {"stream": "Step 2/2 : RUN make\n"}]
    noise = [{"stream": f"\x1b[91mline {number}\x1b[0m\n"} for number in range(40)]
    said = str(failing(*steps, *noise, {"error": "returned a non-zero code: 2"}))
    assert "non-zero code: 2" in said
    assert "Step 2/2 : RUN make" in said
    assert [line.strip() for line in said.splitlines()[-15:]] == [
        f"line {number}" for number in range(25, 40)
    ]


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("Temporary failure resolving 'a.example'", "needs the network"),
        ("PKIX path building failed", "SSL_CERT_FILE"),
        ("x509: certificate signed by unknown authority", "SSL_CERT_FILE"),
    ],
)
def test_a_failed_build_says_what_to_do(line: str, advice: str) -> None:
    assert advice in str(failing({"stream": line}, {"error": "returned a non-zero code: 1"}))


def test_a_full_disk_says_how_much_is_free() -> None:
    build = Build(tag="t:1", folder=compose_dir() / "images" / "top", arguments={}, labels={})
    engine: Any = FakeEngine({"error": "write /x: no space left on device"})
    with pytest.raises(NoDiskError, match=r"\d GB"):
        DockerBuilder(lambda: engine).build(build, lambda _line: None)


def test_debian_is_pulled_where_a_registry_answers(tmp_path: Path) -> None:
    engine = FakeEngine()
    name = DockerBuilder(lambda: engine).debian("trixie", tmp_path / "no", lambda _line: None)
    assert name == "debian:trixie-slim"
    assert engine.pulled == ["debian:trixie-slim"]


def certificate(body: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"


def test_a_ca_bundle_becomes_one_file_per_certificate(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# one\n{certificate('AAA')}\n{certificate('BBB')}\n{certificate('AAA')}\n")
    missing = str(tmp_path / "gone.pem")
    found = ca_certificates({"SSL_CERT_FILE": missing, "CURL_CA_BUNDLE": str(bundle)})
    assert found == {
        "host-000.crt": f"{certificate('AAA')}\n".encode(),
        "host-001.crt": f"{certificate('BBB')}\n".encode(),
    }
    assert ca_certificates({"SSL_CERT_FILE": ""}) == {}


def entries(archive: io.BufferedIOBase) -> dict[str, tuple[int, float]]:
    with tarfile.open(fileobj=archive) as tar:
        return {entry.name: (entry.mode, entry.mtime) for entry in tar.getmembers()}


def test_a_context_is_the_same_for_everyone_and_always_has_the_folder(compose: Path) -> None:
    folder = compose / "images" / "top"
    (folder / "run").chmod(0o700)
    with context(folder, {"host-000.crt": b"x"}) as archive:
        assert entries(archive) == {
            "Dockerfile": (0o644, 0),
            "run": (0o755, 0),
            "ca-certificates": (0o755, 0),
            "ca-certificates/host-000.crt": (0o644, 0),
        }
    with context(folder, {}) as archive:
        assert "ca-certificates" in entries(archive)
