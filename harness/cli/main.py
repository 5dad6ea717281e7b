"""The `harness` command; each expected error is one sentence and an exit status."""

import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from cyclopts import App

from harness.cli.controls import controls
from harness.cli.doctor import doctor
from harness.cli.groups import groups
from harness.cli.recorded import check, index, show
from harness.cli.runs import demo, replay, run, semantics
from harness.cli.scenarios import catalogue, init, scenarios
from harness.cli.stacks import down, execute, password, status, sweep, up
from harness.cli.status import status_of
from harness.cli.topics import topics

app = App(
    name="harness",
    help="Test a streaming pipeline under faults: what it lost, duplicated or reordered, and why.",
    version=lambda: version("kafka-chaos-harness"),
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)
for _command in (
    *(init, run, demo, semantics, check, show, replay, doctor, index),
    *(topics, groups, controls, up, down, password, status, sweep, scenarios, catalogue),
):
    app.command(_command)
app.command(execute, name="exec")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status.

    Args:
        arguments: the arguments after the command's name; those of the process by default.
    """
    logging.getLogger("harness").addHandler(logging.NullHandler())
    sys.exit(status_of(lambda: app(arguments)))
