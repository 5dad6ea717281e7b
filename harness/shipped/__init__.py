"""What the harness ships besides its code: the recipes of its images, and its own scenarios.

A wheel holds them in this folder, where `setup.py` copies them. In a checkout they are at the top,
beside the package. Either way the scenarios are importable as `harness.shipped.scenarios`, so that
a folder `scenarios` of a user's own repository is never taken for them.
"""

from importlib.resources import files
from pathlib import Path

_HERE = Path(str(files(__name__)))
CHECKOUT: Path | None = None if (_HERE / "compose").is_dir() else _HERE.parents[1]
"""The top of the checkout that this code belongs to; None when it was installed from a wheel."""
HOME = CHECKOUT or _HERE
COMPOSE = HOME / "compose"
SCENARIOS = HOME / "scenarios"

if CHECKOUT is not None:
    __path__.append(str(CHECKOUT))
