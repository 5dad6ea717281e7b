"""Mutants of the judge's code: where they are, which tests they meet, and how they end."""

from pathlib import Path

import pytest

from benchmarks.mutants.reach import Reach
from benchmarks.mutants.sites import Mutant, sample
from benchmarks.mutants.trial import Changed, Finder, cold, instead, outcome_of
from benchmarks.mutants.warm import differing

CODE = '''"""A module."""

from dataclasses import dataclass

LIMIT: int | None = 5


@dataclass(frozen=True, slots=True)
class Row:
    at: int


def over(rows: list[int] | None, *, limit: int) -> bool:
    return len(rows or []) > limit
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("judged.py")
    path.write_text(CODE)
    return path


def test_only_what_runs_is_mutated(module: Path) -> None:
    found = list(sample([module], 100, 1))
    kept = [mutant for mutant in found if not mutant.before.startswith("@dataclass")]
    assert {each.before for each in kept} == {
        "LIMIT: int | None = 5",
        "return len(rows or []) > limit",
    }
    # A decorator may go, but not become less strict; annotations stay.
    assert {each.after for each in found if each not in kept} == {"(no such line)"}
    assert all("int | None" in each.after for each in kept if "LIMIT" in each.before)
    assert all(mutant.code != CODE for mutant in found)


def test_a_seed_draws_the_same_mutants_again(module: Path) -> None:
    first, again, other = (list(sample([module], 3, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_mutant_is_imported_instead_of_its_module(module: Path) -> None:
    mutant = next(iter(sample([module], 1, 1)))
    spec = Finder(mutant).find_spec("judged", None)
    assert spec is not None
    assert isinstance(spec.loader, Changed)
    names: dict[str, object] = {}
    exec(spec.loader.get_code("judged"), names)  # noqa: S102 - the test's own code
    assert "over" in names
    assert Finder(mutant).find_spec("another", None) is None
    assert module.read_text() == CODE


def test_a_line_that_runs_at_import_concerns_every_test_of_its_module() -> None:
    reach = Reach(
        seconds={"slow": 2.0, "quick": 0.1, "other": 0.5},
        lines={"a.py": {3: ["slow"], 9: ["slow", "quick"]}, "b.py": {1: ["other"]}},
    )
    assert reach.tests_of(Path("a.py"), 9) == ["quick", "slow"]
    assert reach.tests_of(Path("a.py"), 1) == ["quick", "slow"]
    assert reach.tests_of(Path("c.py"), 1) == []


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        (") > limit", ") < limit", ["over"]),
        ("at + 1", "at - 1", ["Row.later"]),
        ("= 5", "= 6", ["<module>"]),
        ("at: int", "at: int = 0", ["Row"]),
        ("frozen=True", "frozen=False", ["<module>"]),
    ],
)
def test_a_mutant_is_put_into_the_functions_that_it_changes(
    old: str, new: str, names: list[str]
) -> None:
    """Where a module or a class changes itself, no function is there to put it into."""
    code = CODE.replace(
        "    at: int\n", "    at: int\n\n    def later(self):\n        return self.at + 1\n"
    )
    assert old in code
    before, after = (compile(each, "judged", "exec") for each in (code, code.replace(old, new, 1)))
    assert [was.co_qualname for was, _ in differing(before, after)] == names


@pytest.mark.slow
def test_code_as_it_is_lives_and_a_mutant_is_killed_by_a_test(module: Path) -> None:
    Path("test_judged.py").write_text(
        "from judged import over\n\n\ndef test_over():\n    assert over([1, 2], limit=1)\n"
    )
    test = ["test_judged.py::test_over"]
    changed = CODE.replace(") > limit", ") < limit")
    assert outcome_of(cold(instead(module, CODE), test), 0.0) == "survived"
    assert outcome_of(cold(Mutant(module, 14, "", "", "", changed), test), 0.0) == "killed"
    assert module.read_text() == CODE
