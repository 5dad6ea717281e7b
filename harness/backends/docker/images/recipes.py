"""Builds the images of the stack, each only when its recipe, its versions or its parent changed.

A recipe is a folder `compose/images/<name>/` with a Dockerfile. Its `ARG` lines say what it needs:

    ARG KAFKA_VERSION   a key of compose/versions.env
    ARG JAVA_IMAGE      the tag of the image `java`, which is built first
    ARG DEBIAN_IMAGE    the Debian that everything stands on: pulled, or made on this machine

The tag is `kafka-chaos-harness/<name>:<hash>`, over the folder and the values of these arguments.
So adding an image is adding a folder. HARNESS_IMAGE_<NAME> replaces an image wholesale, and
HARNESS_COMPOSE_DIR the folder with the recipes.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.backends.docker.images.builder import (
    Build,
    Builder,
    DockerBuilder,
    Say,
    is_runnable,
    recipe_files,
)
from harness.kit.errors import ImageBuildError, UsageError
from harness.systems.pins import compose_dir, versions

PREFIX = "kafka-chaos-harness"
_ARGUMENT = re.compile(r"^ARG\s+(\w+)\s*$", re.MULTILINE)
_IMAGE_SUFFIX = "_IMAGE"
_DEBIAN = "DEBIAN_IMAGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One image: its folder, and the values that its Dockerfile asks for by name."""

    name: str
    folder: Path
    versions: Mapping[str, str]
    parents: Mapping[str, str]
    needs_debian: bool
    inputs: str

    @property
    def tag(self) -> str:
        """The image's name; another hash of inputs is another name."""
        return f"{PREFIX}/{self.name}:{self.inputs[:12]}"


def names(folder: Path | None = None) -> tuple[str, ...]:
    """All images that there is a recipe for."""
    recipes = (folder or compose_dir()) / "images"
    return tuple(sorted(path.parent.name for path in recipes.glob("*/Dockerfile")))


def ensure(
    name: str,
    *,
    overrides: Mapping[str, str] | None = None,
    on_line: Say | None = None,
    builder: Builder | None = None,
) -> str:
    """Return the tag of an image that is there to be run, built now if it was not.

    Two processes that need the same image build it once. Parents are looked at only when the image
    itself is missing.

    Args:
        name: a folder of `compose/images`.
        overrides: other versions than those in `compose/versions.env`, by the names there.
        on_line: gets each line of a build's progress.
        builder: who builds; the Docker engine unless a test says otherwise.

    Raises:
        UsageError: there is no such recipe.
        NoDockerError: no Docker engine answers.
        NoDiskError: the engine ran out of disk.
        ImageBuildError: a step failed; the message has its last lines and what to do.
    """
    replacement = _replacement(name)
    if replacement:
        return replacement
    found = recipe(name, overrides=overrides)
    say = on_line or (lambda _line: None)
    _ensure(found, overrides or {}, builder or DockerBuilder(), say)
    return found.tag


def recipe(
    name: str, *, folder: Path | None = None, overrides: Mapping[str, str] | None = None
) -> Recipe:
    """Read a recipe and work out the hash of everything that the image depends on.

    Raises:
        UsageError: there is no such recipe.
        ImageBuildError: the recipe asks for a version that is not in versions.env.
    """
    root = folder or compose_dir()
    known = names(root)
    if name not in known:
        there = ", ".join(known) or f"none in {root}"
        raise UsageError(f"no recipe for image {name!r}; there are: {there}")
    home = root / "images" / name
    asked = sorted(set(_ARGUMENT.findall((home / "Dockerfile").read_text())))
    available = {**versions(root), **(overrides or {})}
    needed: dict[str, str] = {}
    parents: dict[str, str] = {}
    for argument in asked:
        parent = argument.removesuffix(_IMAGE_SUFFIX).lower()
        if argument.endswith(_IMAGE_SUFFIX) and parent in known:
            parents[argument] = _tag_of(parent, root, overrides)
        elif argument in available:
            needed[argument] = available[argument]
        elif argument != _DEBIAN:
            raise ImageBuildError(
                f"the recipe of image {name!r} asks for {argument}, which is neither in "
                f"versions.env nor an image; add it to one of them"
            )
    return Recipe(
        name=name,
        folder=home,
        versions=needed,
        parents=parents,
        needs_debian=_DEBIAN in asked,
        inputs=_hash(home, {**needed, **parents}),
    )


def _ensure(found: Recipe, overrides: Mapping[str, str], builder: Builder, say: Say) -> None:
    if builder.has(found.tag):
        return
    for argument in found.parents:
        parent = argument.removesuffix(_IMAGE_SUFFIX).lower()
        if not _replacement(parent):
            _ensure(recipe(parent, overrides=overrides), overrides, builder, say)
    arguments = {**found.versions, **found.parents}
    if found.needs_debian:
        arguments[_DEBIAN] = _replacement("debian") or builder.debian(
            found.versions["DEBIAN_RELEASE"], found.folder / "make-debian", say
        )
    labels = {f"{PREFIX}.image": found.name, f"{PREFIX}.inputs": found.inputs}
    builder.build(
        Build(tag=found.tag, folder=found.folder, arguments=arguments, labels=labels), say
    )


def _tag_of(name: str, root: Path, overrides: Mapping[str, str] | None) -> str:
    return _replacement(name) or recipe(name, folder=root, overrides=overrides).tag


def _replacement(name: str) -> str | None:
    return os.environ.get(f"HARNESS_IMAGE_{name.upper().replace('-', '_')}") or None


def _hash(folder: Path, arguments: Mapping[str, str]) -> str:
    parts: list[bytes] = []
    for path in recipe_files(folder):
        mode = b"runnable" if is_runnable(path) else b"plain"
        parts += [path.relative_to(folder).as_posix().encode(), mode, path.read_bytes()]
    for key in sorted(arguments):
        parts += [key.encode(), arguments[key].encode()]
    # The length in front keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256(
        b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    ).hexdigest()
