"""Damaged run folders: the same verdict, UNKNOWN, or an error that names the file.

`FUZZ_TIMES=20 pytest tests -k fuzz` does twenty times as much. A case is known by its subject and
number: both are in the message when it fails.
"""

import dataclasses
import shutil
from pathlib import Path
from random import Random

import pytest

from harness.engine.check import check
from harness.history.load import load
from harness.kit.errors import HarnessError, RunFolderError
from harness.model.verdict import Validity
from harness.reporting.folder import RunFolder
from tests.fuzz.damage import BYTE_DAMAGES, FILES, RESTS_ON, edit_file
from tests.fuzz.limits import TIMES, no_hang
from tests.fuzz.subjects import SUBJECTS

BYTES = 30 * TIMES
EDITS = 3 * TIMES
UNSEALED = 0.1
"""The share of damages to a run that was killed before it was sealed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Came:
    """What a check came to: a verdict, or an error with its status."""

    validity: Validity | None
    status: int = 0
    sentence: str = ""


def came(path: Path) -> Came:
    """Check the folder; whatever is no error of the harness goes through."""
    try:
        with no_hang():
            return Came(check(RunFolder.open(path)).validity)
    except HarnessError as error:
        return Came(None, error.exit_status, str(error))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another run, whose files may get among those of the subject."""
    return SUBJECTS["k-ack1-bad"](tmp_path_factory.mktemp("other"))


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """A whole run, not to be changed, and what it comes to."""

    name: str
    path: Path
    validity: Validity


@pytest.fixture(scope="module", params=SUBJECTS)
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Each of them."""
    path = SUBJECTS[request.param](tmp_path_factory.mktemp("subject"))
    whole = came(path)
    assert whole.validity is not None, whole.sentence
    return Subject(request.param, path, whole.validity)


def test_fuzz_bytes(subject: Subject, other: Path, tmp_path: Path) -> None:
    for number in range(BYTES):
        random = Random(f"{subject.name} bytes {number}")
        folder = Path(shutil.copytree(subject.path, tmp_path / str(number)))
        unsealed = random.random() < UNSEALED
        name = random.choice(RESTS_ON if unsealed else FILES)
        damage = random.choice(BYTE_DAMAGES)
        damage(folder / name, other / name, random)
        if unsealed:
            (folder / "seal.json").unlink()
        after = came(folder)
        case = (
            f"{subject.name}, case {number}: {damage.__name__} {name}, unsealed {unsealed}: {after}"
        )
        if after.validity is None:
            assert after.status in {6, 7}, case
            assert "\n" not in after.sentence, case
            assert any(Path(each).name in after.sentence for each in FILES), case
        else:
            assert after.validity in {subject.validity, Validity.UNKNOWN}, case
            assert after.validity is not Validity.VALID or not unsealed, case
        shutil.rmtree(folder)


def test_fuzz_values(subject: Subject, tmp_path: Path) -> None:
    """Plans and facts that say something else, as if a harness had written them so."""
    for number in range(EDITS):
        random = Random(f"{subject.name} values {number}")
        folder = Path(shutil.copytree(subject.path, tmp_path / str(number)))
        name = random.choice(("plan.json", "facts.json"))
        edit_file(folder / name, random)
        after = came(folder)
        if after.validity is None:
            assert after.status in {6, 7}, f"{subject.name}, case {number}: {after}"
            assert name in after.sentence, f"{subject.name}, case {number}: {after}"
        shutil.rmtree(folder)


def test_the_subjects_are_of_every_kind(tmp_path: Path) -> None:
    kinds = {"send", "poll", "txn", "commit", "assign", "write", "create"}
    found: set[str] = set()
    for number, name in enumerate(("p-restart", "c-latest", "flow", "fake t-admin")):
        (tmp_path / str(number)).mkdir()
        made = SUBJECTS[name](tmp_path / str(number))
        found |= set(load(made / "history").operations["f"].unique())
    assert kinds <= found


def test_what_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=str(tmp_path)):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize(("name", "validity"), [("flow", "VALID"), ("lossy flow", "INVALID")])
def test_what_a_builder_made_is_written_as_it_was(name: str, validity: str, tmp_path: Path) -> None:
    assert came(SUBJECTS[name](tmp_path)) == Came(Validity(validity))
