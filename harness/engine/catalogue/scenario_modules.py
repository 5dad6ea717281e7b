"""Imports a module that holds scenarios, by its path, as pytest would."""

import hashlib
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from harness.engine.catalogue.loading_limit import limited
from harness.kit.crashes import in_words
from harness.kit.errors import HarnessError, UsageError
from harness.shipped import SCENARIOS

SHIPPED_PACKAGE = "harness.shipped.scenarios"


TABLE = "SCENARIOS"
"""The name by which a module gives its scenarios."""


def table_of(path: Path) -> object:
    """The table of the module at `path`; an empty one where it has none.

    Raises:
        UsageError: the module cannot be imported, leaves by itself or does not end; says what
            Python says, and in which line of the file.
    """
    path = path.resolve()
    # What every scenario file imports is no time of its own: on a busy machine it takes seconds.
    importlib.import_module("harness.api")
    try:
        with limited():
            module = _imported(path)
    except KeyboardInterrupt:
        raise
    # Also SystemExit, and what pytest raises to skip or to fail: a file that ends so makes nothing.
    except BaseException as error:
        why = str(error) if isinstance(error, HarnessError) else in_words(error)
        line = _line(error, path)
        where = f" (line {line})" if line else ""
        raise UsageError(f"{path} cannot be loaded: {why}{where}") from error
    return getattr(module, TABLE, ())


def _line(error: BaseException, path: Path) -> int | None:
    """The last line of the file that was at work; None when none was."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((each.lineno for each in reversed(frames) if each.filename == str(path)), None)


def _imported(path: Path) -> ModuleType:
    if path.parent == SCENARIOS:
        return importlib.import_module(f"{SHIPPED_PACKAGE}.{path.stem}")
    base = path.parent
    while (base / "__init__.py").is_file():
        base = base.parent
    # Modules of one folder may import one another, from wherever the command is run.
    if str(base) not in sys.path:
        sys.path.append(str(base))
    if base != path.parent:
        return importlib.import_module(".".join(path.relative_to(base).with_suffix("").parts))
    # Files of one name may stand in several folders, so the name has a part that is the path's.
    place = hashlib.sha256(bytes(path.parent)).hexdigest()[:8]
    return sys.modules.get(name := f"scenario_file_{place}_{path.stem}") or _from_file(name, path)


def _from_file(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # noqa: S101 - the path ends in .py
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return module
