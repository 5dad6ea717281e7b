"""Commands in containers: what they read, what they print, what they end with."""

import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends.docker.stack import DockerStack
from harness.cli import stacks as cli_stacks
from harness.model.workload import Topic
from tests.unit.command import Done

pytestmark = [pytest.mark.docker, pytest.mark.slow]

BROKER = "broker-2"


@pytest.fixture
def topic(stack: DockerStack) -> Iterator[str]:
    stack.kafka.create_topic(Topic(name="typed-in"))
    yield "typed-in"
    stack.kafka.delete_topic("typed-in")


@pytest.mark.parametrize("length", [0, 1, 300_000])
def test_a_command_reads_its_input_to_the_end(
    length: int, stack: DockerStack, tmp_path: Path
) -> None:
    (tmp_path / "input").write_bytes(b"x" * length)
    printed: list[bytes] = []
    with (tmp_path / "input").open("rb") as given:
        status = stack.exec_in(
            BROKER, ["wc", "-c"], lambda _stream, data: printed.append(data), stdin=given.fileno()
        )
    assert (status, int(b"".join(printed))) == (0, length)


def test_a_command_may_end_before_its_input_does(stack: DockerStack) -> None:
    reading, writing = os.pipe()
    try:
        status = stack.exec_in(BROKER, ["true"], lambda *_: None, stdin=reading)
    finally:
        os.close(writing)
    assert status == 0


def test_records_for_a_console_producer_arrive(stack: DockerStack, topic: str) -> None:
    """By the command itself, as the one of its help reads, which is run as well."""
    tools = ("exec", "--stack", stack.identity.stack, BROKER, "--")
    kafka = "--bootstrap-server localhost:9092"
    say = f"kafka-console-producer.sh {kafka} --topic {topic}".split()
    assert told(*tools, *say, given=b"one\ntwo\nthree\n").status == 0
    hear = f"kafka-console-consumer.sh {kafka} --topic {topic} --from-beginning --max-messages 3"
    assert sorted(told(*tools, *hear.split()).out.split()) == ["one", "three", "two"]
    (example,) = re.findall(r"`harness exec broker-1 -- (.*)`", str(cli_stacks.execute.__doc__))
    assert topic in told(*tools, *example.split()).out.split()


def test_a_command_gets_the_terminal_with_its_size(stack: DockerStack) -> None:
    leading, following = pty.openpty()
    termios.tcsetwinsize(following, (33, 77))
    before = termios.tcgetattr(following)
    script = "tty; read -r word; stty size; echo heard $word; exit 7"
    harness = subprocess.Popen(
        [
            *(sys.executable, "-m", "harness", "exec", "--stack", stack.identity.stack),
            *(BROKER, "--", "bash", "-c", script),
        ],
        stdin=following,
        stdout=following,
        stderr=following,
    )
    printed = b""
    while b"/dev/pts/" not in printed:
        printed += os.read(leading, 1000)
    os.write(leading, b"this\r")
    while b"heard" not in printed:
        printed += os.read(leading, 1000)
    assert harness.wait(30) == 7
    assert re.search(rb"33 77\r\nheard this\r\n", printed)
    assert termios.tcgetattr(following) == before
    os.close(leading)
    os.close(following)


def told(*arguments: str, given: bytes = b"") -> Done:
    """What the command says that reads `given`."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", *arguments], input=given, capture_output=True, check=False
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_manifest_learns_versions_and_images(stack: DockerStack) -> None:
    assert set(stack.image_tags()) == set(stack.services.names)
    assert {"kafka", "docker", "librdkafka", "toxiproxy"} <= set(stack.versions())
    assert {row.health for row in stack.status()} == {"ready"}
