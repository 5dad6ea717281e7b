"""Versions of all that a stack is made of: what `versions.env` beside the recipes says."""

import os
from pathlib import Path

from harness.kit.errors import UsageError
from harness.model.topology import Metadata
from harness.shipped import COMPOSE


def compose_dir() -> Path:
    """The folder with the recipes: HARNESS_COMPOSE_DIR, or the one that is shipped."""
    given = os.environ.get("HARNESS_COMPOSE_DIR")
    return Path(given) if given else COMPOSE


def versions(folder: Path) -> dict[str, str]:
    """What versions.env in `folder` says."""
    text = (folder / "versions.env").read_text()
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def kafka(metadata: Metadata, version: str | None = None) -> dict[str, str]:
    """The overrides that make the image `kafka` one of that version, or of the pinned one.

    Raises:
        UsageError: the version is unknown; says which ones are known.
    """
    pinned = versions(compose_dir())
    if version is None:
        return {"KAFKA_VERSION": pinned["KAFKA_VERSION_KRAFT"]} if metadata == "kraft" else {}
    known = pinned["KAFKA_VERSIONS"].split()
    if version not in known:
        raise UsageError(
            f"Kafka {version} is not known; known are {', '.join(known)}. A newer one is added to "
            "KAFKA_VERSIONS in compose/versions.env"
        )
    return {"KAFKA_VERSION": version} if version != pinned["KAFKA_VERSION"] else {}
