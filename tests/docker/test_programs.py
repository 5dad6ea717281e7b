"""Someone's own image beside a stack: on the host's network, and a target like any other."""

from collections.abc import Iterator

import pytest

from harness.backends.docker.engine import connect
from harness.backends.docker.images import recipes as images
from harness.backends.docker.programs import Programs
from harness.kit.errors import UsageError
from harness.kit.waits import NotYet, wait_until
from harness.model.pipeline.program import Program

pytestmark = pytest.mark.docker

MARK = "kafka-chaos-harness.test-of-programs"
SAYS_AND_WAITS = ("sh", "-c", "echo told $TOPICS; exec sleep 600")


@pytest.fixture
def programs() -> Iterator[Programs]:
    made = Programs(connect(), {MARK: "true"}, "chaos-test-program", {})
    yield made
    made.remove_all()
    assert connect().containers(all=True, filters={"label": [MARK]}) == []


def test_an_image_runs_until_a_fault_ends_it(programs: Programs) -> None:
    image = images.ensure("netadmin")
    programs.run("it", Program(image=image, command=SAYS_AND_WAITS), {"TOPICS": "orders"})
    wait_until(
        "it to print what it was told",
        lambda: programs.logs("it") == b"told orders\n" or NotYet(str(programs.logs("it"))),
        limit_s=30,
    )
    first = programs.incarnation("it")
    programs.pause("it")
    assert programs.state("it") == "paused"
    programs.resume("it")
    assert programs.state("it") == "running"
    programs.kill("it")
    assert programs.state("it") == "exited"
    assert programs.supervise() == ()
    programs.start("it")
    assert programs.state("it") == "running"
    assert programs.incarnation("it") != first


def test_an_image_that_ends_by_itself_is_started_again(programs: Programs) -> None:
    programs.run("it", Program(image=images.ensure("netadmin"), command=("true",)), {})
    wait_until(
        "it to end", lambda: programs.state("it") == "exited" or NotYet("it runs"), limit_s=30
    )
    assert programs.supervise() == ("it",)


def test_an_image_that_is_not_there_is_said_so(programs: Programs) -> None:
    with pytest.raises(UsageError, match=r"no image 'nobody/has-this:1' here, .*build it first"):
        programs.run("it", Program(image="nobody/has-this:1"), {})
