from pathlib import Path

import pytest

from harness.kit.errors import FormatVersionError, RunFolderError
from harness.model.facts import Facts
from harness.model.manifest import Manifest
from harness.reporting.folder import RunFolder, run_folders
from harness.reporting.index import render_index
from tests.unit.reporting_sample import sample

STARTED = "2026-11-22T12:00:00.123Z"


def create(reports: Path, scenario: str = "lossy", seed: int = 7) -> RunFolder:
    return RunFolder.create(reports, scenario=scenario, seed=seed, started_utc=STARTED)


def test_folder_is_named_after_moment_scenario_and_seed(tmp_path: Path) -> None:
    folder = create(tmp_path / "reports", scenario="a/b [<odd>]")
    assert folder.name == "20261122T120000Z-a-b-odd-7"
    assert folder.logs.is_dir()
    assert folder.history.is_dir()


def test_two_runs_of_one_second_get_two_folders_and_latest_is_the_second(tmp_path: Path) -> None:
    first, second = create(tmp_path), create(tmp_path)
    assert first.name != second.name
    assert (tmp_path / "latest").resolve() == second.path
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [first.name, second.name, "latest"]
    )


def test_values_come_back_as_they_were_saved(tmp_path: Path) -> None:
    run, folder = sample(), create(tmp_path)
    folder.save(run.manifest, run.plan)
    assert not folder.has(Facts)
    folder.save(run.facts)
    folder.save(run.verdict)
    opened = RunFolder.open(tmp_path / "latest")
    assert opened.name == folder.name
    assert opened.manifest() == run.manifest
    assert opened.plan() == run.plan
    assert opened.facts() == run.facts
    assert opened.verdict() == run.verdict


def test_saving_again_gives_the_same_bytes(tmp_path: Path) -> None:
    run, folder = sample(), create(tmp_path)
    folder.save(run.plan)
    before = (folder.path / "plan.json").read_bytes()
    folder.save(folder.plan())
    assert (folder.path / "plan.json").read_bytes() == before


def test_a_folder_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    folder = create(tmp_path)
    folder.save(sample().manifest)
    with pytest.raises(RunFolderError, match=f"there is no run folder .*{folder.name}"):
        RunFolder.open(tmp_path / "elsewhere")


def test_a_folder_of_runs_is_not_a_run(tmp_path: Path) -> None:
    folder = create(tmp_path)
    folder.save(sample().manifest)
    with pytest.raises(RunFolderError, match=f"no manifest.json.*{folder.name}"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize(
    ("name", "advice"),
    [("plan", "start it again"), ("facts", "harness replay"), ("verdict", "harness check")],
)
def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path, name: str, advice: str) -> None:
    folder = create(tmp_path)
    folder.save(sample().manifest)
    with pytest.raises(RunFolderError, match=f"has no {name}.json: .*{advice}"):
        getattr(RunFolder.open(folder.path), name)()


def test_torn_and_newer_files_are_refused(tmp_path: Path) -> None:
    folder = create(tmp_path)
    (folder.path / "manifest.json").write_text('{"format_ver')
    with pytest.raises(RunFolderError, match="not a file of this harness"):
        folder.load(Manifest)
    (folder.path / "manifest.json").write_text(
        '{"format_version": 99, "kind": "manifest", "value": {}}'
    )
    with pytest.raises(FormatVersionError, match="upgrade"):
        folder.load(Manifest)


def test_logs_stay_inside_the_folder(tmp_path: Path) -> None:
    folder = create(tmp_path)
    assert folder.log("../../broker-1").parent == folder.logs


def test_index_lists_runs_newest_first_and_says_what_cannot_be_read(tmp_path: Path) -> None:
    run = sample()
    judged, unjudged, torn = create(tmp_path), create(tmp_path, seed=8), create(tmp_path, seed=9)
    judged.save(run.manifest, run.verdict)
    unjudged.save(run.manifest)
    (torn.path / "manifest.json").write_text("{")
    (tmp_path / "notes").mkdir()
    folders = run_folders(tmp_path)
    assert [folder.name for folder in folders] == [torn.name, unjudged.name, judged.name]
    page = render_index(folders).decode()
    assert f'<a href="{judged.name}/report.html"' in page
    assert "87 lost-write" in page
    assert "not checked" in page
    assert "is not a file of this harness" in page
    assert page == render_index(folders).decode()
