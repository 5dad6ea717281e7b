"""A registry is complete, or an error each time it is asked."""

import sys
from pathlib import Path

import pytest

from harness.kit.errors import HarnessError, UsageError
from harness.kit.registry import Registry

PACKAGE = "some_things"
ADDS = "from some_things import THINGS\nTHINGS.add({name!r}, 1)\n"


def package(folder: Path, **modules: str) -> Registry[int]:
    """The registry of a package with these modules, each by its text."""
    inside = folder / PACKAGE
    inside.mkdir()
    text = f"from harness.kit.registry import Registry\nTHINGS = Registry('thing', {PACKAGE!r})\n"
    (inside / "__init__.py").write_text(text)
    for name, module in modules.items():
        (inside / f"{name}.py").write_text(module)
    import some_things  # type: ignore[import-not-found]

    things: Registry[int] = some_things.THINGS
    return things


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def test_it_has_what_every_module_of_its_package_adds(folder: Path) -> None:
    things = package(folder, first=ADDS.format(name="b"), second=ADDS.format(name="a"))
    assert list(things) == ["a", "b"]
    assert things["a"] == 1


@pytest.mark.parametrize("broken", ["raise RuntimeError('torn')", "import nowhere_at_all"])
def test_after_an_import_that_failed_every_look_is_an_error(folder: Path, broken: str) -> None:
    things = package(folder, a=ADDS.format(name="a"), b=broken, c=ADDS.format(name="c"))
    for look in (lambda: list(things), lambda: things["a"], things.items):
        with pytest.raises(HarnessError, match=r"the things of some_things cannot be loaded: \w+"):
            look()


def test_an_interrupted_import_is_no_shorter_list_either(folder: Path) -> None:
    things = package(folder, a=ADDS.format(name="a"), b="raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        list(things)
    with pytest.raises(HarnessError, match="KeyboardInterrupt"):
        list(things)


def test_an_unknown_name_is_refused_with_what_there_is(folder: Path) -> None:
    things = package(folder, a=ADDS.format(name="a"))
    with pytest.raises(UsageError, match="unknown thing 'b'; known: a"):
        things["b"]
