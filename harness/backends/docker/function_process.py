"""Runs someone's function: `python -m harness.backends.docker.function_process file.py:name`."""

import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from harness.kit.errors import UsageError


def loaded(target: str) -> Callable[[], object]:
    """The function that `target` names: `file.py:name` or `package.module:name`.

    Raises:
        UsageError: there is no such file, module or function.
    """
    place, _, name = target.rpartition(":")
    try:
        if place.endswith(".py"):
            spec = importlib.util.spec_from_file_location(Path(place).stem, place)
            assert spec is not None  # noqa: S101 - the suffix says which loader
            assert spec.loader is not None  # noqa: S101 - as above
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
        else:
            module = importlib.import_module(place)
        function: Callable[[], object] = getattr(module, name)
    except (ImportError, OSError, ValueError, AttributeError) as error:
        raise UsageError(
            f"unknown function {target!r} ({error}); name it as `file.py:name`, as seen from "
            "the folder of the command, or as `package.module:name`"
        ) from error
    return function


def _end_with_parent() -> None:
    """End this process when its parent has gone, however that came: its input ends then."""

    def watch() -> None:
        # Not through the buffer of stdin: that may not be held when the process ends by itself.
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    _end_with_parent()
    loaded(sys.argv[1])()
