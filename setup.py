"""Builds the wheel; all else about the package is in pyproject.toml.

Recipes and scenarios are at the top of the checkout, where people look for them. A wheel holds them
inside the package, in `harness/shipped`; `harness.shipped` finds them in both places.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TOP = Path(__file__).parent
SHIPPED = ("compose", "scenarios")


class BuildWithShipped(build_py):
    """Copies what is shipped beside the code, except into an editable install."""

    def run(self) -> None:
        """Build the package, then add what is shipped."""
        super().run()
        if not self.editable_mode:
            for source, target in self._shipped():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)  # with its mode: recipes hold programs

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:  # noqa: FBT001, FBT002
        """Every file that is built."""
        shipped = () if self.editable_mode else self._shipped()
        return [*super().get_outputs(include_bytecode), *(str(target) for _, target in shipped)]

    def _shipped(self) -> list[tuple[Path, Path]]:
        """Each file, and where it goes."""
        folder = Path(self.build_lib, "harness", "shipped")
        sources = (path for name in SHIPPED for path in sorted((TOP / name).rglob("*")))
        return [
            (path, folder / path.relative_to(TOP))
            for path in sources
            if path.is_file() and "__pycache__" not in path.parts
        ]


setup(cmdclass={"build_py": BuildWithShipped})
