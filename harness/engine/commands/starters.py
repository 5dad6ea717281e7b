"""First scenario files, for a repository that has none."""

from pathlib import Path

from harness.kit.errors import UsageError
from harness.shipped import SCENARIOS

STARTERS = SCENARIOS / "starters"
LOG, PIPELINE = STARTERS / "orders.py", STARTERS / "shop.py"


def write_starter(folder: Path, *, pipeline: bool) -> Path:
    """Write a first scenario into `folder`, which is made when it is missing.

    Args:
        folder: where.
        pipeline: one of a pipeline from MySQL, rather than of a topic.

    Raises:
        UsageError: a file of that name is there already.
    """
    source = PIPELINE if pipeline else LOG
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"test_{source.name}"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(source.read_text(encoding="utf-8"))
    except FileExistsError:
        raise UsageError(
            f"{path} exists already and was not changed; use another folder: harness init FOLDER"
        ) from None
    return path
