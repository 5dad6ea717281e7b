"""A run folder keeps the functions that were programs, and another machine replays them."""

from pathlib import Path

import pytest

from harness.engine.kept_programs import keep_programs, with_kept_programs
from harness.model.pipeline.paths import Copy, Feed
from harness.model.pipeline.paths import Path as Way
from harness.model.pipeline.program import Program
from harness.model.pipeline.workload import PipelineWorkload
from harness.model.scenario import Plan, Scenario


def plan(feed: Program, copy: Program) -> Plan:
    """A plan of one path whose feed and copy are programs."""
    copies = (Copy(kind="program", name="cache", into="redis", program=copy),)
    path = Way(name="shop", feed=Feed(kind="program", program=feed), copies=copies)
    workload = PipelineWorkload(tables=(), writers=(), paths=(path,))
    scenario = Scenario(name="own", about="programs", workload=workload)
    return Plan(seed=1, scenario=scenario, streams={})


def functions(found: Plan) -> list[str | None]:
    """The function of the feed and of the copy."""
    (path,) = found.scenario.pipeline.paths
    programs = (path.feed.program, *(copy.program for copy in path.copies))
    return [each.function for each in programs if each is not None]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "mine" / "feed.py"
    file.parent.mkdir()
    file.write_text("def run(): ...\n")
    return file


def test_a_function_that_is_not_here_is_taken_from_the_run_folder(
    source: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    made = plan(Program(function=f"{source}:run"), Program(function="json.tool:main"))
    keep_programs(made, folder)
    source.unlink()
    feed, copy = functions(with_kept_programs(made, folder))
    assert feed == f"{folder}/programs/shop-feed/feed.py:run"
    assert Path(feed.rpartition(":")[0]).read_text() == "def run(): ...\n"
    assert copy == "json.tool:main"
    assert (folder / "programs" / "shop-cache" / "tool.py").is_file()


def test_a_function_that_is_here_is_taken_as_it_is_now(source: Path, tmp_path: Path) -> None:
    made = plan(Program(function=f"{source}:run"), Program(image="of/mine:1"))
    keep_programs(made, tmp_path / "run")
    assert with_kept_programs(made, tmp_path / "run") == made
    assert not (tmp_path / "run" / "programs" / "shop-cache").exists()


def test_what_was_not_kept_stays_what_it_was(source: Path, tmp_path: Path) -> None:
    made = plan(Program(function=f"{source}:run"), Program(function="no.such.module:run"))
    source.unlink()
    keep_programs(made, tmp_path / "run")
    assert with_kept_programs(made, tmp_path / "run") == made
