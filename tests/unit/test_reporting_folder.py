from pathlib import Path

import pytest

from harness.history.journal import Journal
from harness.kit.errors import DamagedError, FormatVersionError, RunFolderError
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
    with pytest.raises(RunFolderError, match=f"no run folder .*{folder.name}"):
        RunFolder.open(tmp_path / "elsewhere")


def test_a_folder_of_runs_is_not_a_run(tmp_path: Path) -> None:
    folder = create(tmp_path)
    folder.save(sample().manifest)
    with pytest.raises(RunFolderError, match=f"no manifest.json.*{folder.name}"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize(
    ("name", "advice"),
    [("plan", "run the scenario again"), ("facts", "harness replay"), ("verdict", "harness check")],
)
def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path, name: str, advice: str) -> None:
    folder = create(tmp_path)
    folder.save(sample().manifest)
    with pytest.raises(RunFolderError, match=f"has no {name}.json: .*{advice}"):
        getattr(RunFolder.open(folder.path), name)()


def captured(reports: Path, seed: int = 7) -> RunFolder:
    """A whole run: its files, a closed journal, a seal."""
    run, folder = sample(), create(reports, seed=seed)
    folder.save(run.manifest, run.plan, run.facts)
    assert Journal(folder.history, origin_ns=0, run=folder.identity).close()
    folder.seal()
    return RunFolder.open(folder.path)


def read_all(folder: RunFolder) -> str | None:
    """What keeps the recording from being whole; raises what is damaged."""
    folder.manifest()
    folder.plan()
    folder.facts()
    return folder.recording().incomplete


def test_a_captured_run_is_whole(tmp_path: Path) -> None:
    assert read_all(captured(tmp_path)) is None


@pytest.mark.parametrize("name", ["plan.json", "facts.json", "history/journal"])
def test_nothing_that_a_verdict_rests_on_may_change(tmp_path: Path, name: str) -> None:
    folder = captured(tmp_path)
    file = folder.path / name
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(DamagedError, match=f"damaged: .*{name}, its digest differs"):
        read_all(folder)
    file.unlink()
    with pytest.raises(
        DamagedError, match=f"damaged: .*{name}, it is missing, although the seal lists it"
    ):
        read_all(folder)


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize(
    "name", ["manifest.json", "plan.json", "facts.json", "history/journal", "seal.json"]
)
def test_files_of_two_runs_cannot_be_mixed(tmp_path: Path, name: str, *, sealed: bool) -> None:
    one, other = captured(tmp_path), captured(tmp_path, seed=8)
    (one.path / name).write_bytes((other.path / name).read_bytes())
    if not sealed:
        (one.path / "seal.json").unlink()
        if name == "seal.json":
            return
    with pytest.raises(DamagedError, match=r"different runs were mixed|digest differs"):
        read_all(RunFolder.open(one.path))


def test_a_run_without_a_seal_is_not_whole(tmp_path: Path) -> None:
    folder = captured(tmp_path)
    (folder.path / "seal.json").unlink()
    assert "not sealed" in (read_all(folder) or "")


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
