"""The negative exam: legal pipelines unlike ours. Each is VALID, or UNKNOWN with a true reason."""

import pytest

from harness.api import Legal
from harness.plugin import RunScenario

from .exam_copies import COPIES
from .exam_formats import FORMATS
from .exam_logs import LOGS
from .exam_tables import TABLES

pytestmark = [pytest.mark.docker, pytest.mark.exam]

EXAM = (*FORMATS, *TABLES, *COPIES, *LOGS)

SCENARIOS = (*EXAM,)


def marks(legal: Legal) -> list[pytest.MarkDecorator]:
    """What a pipeline of the exam is marked with."""
    return [
        *map(pytest.mark.docker_only, legal.docker_only),
        *([pytest.mark.pipeline] if legal.scenario.pipeline.tables else []),
        *([pytest.mark.nightly] if legal.nightly else []),
    ]


@pytest.mark.parametrize(
    "legal", [pytest.param(each, marks=marks(each), id=each.scenario.name) for each in EXAM]
)
def test_a_legal_pipeline_is_not_accused(legal: Legal, run_scenario: RunScenario) -> None:
    run = run_scenario(legal.scenario)
    if legal.unknown:
        run.must_be_unknown(legal.unknown)
    else:
        run.must_be_valid()
