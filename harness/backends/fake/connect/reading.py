"""How settings of connectors and workers are read: lists, and those that begin alike."""

from harness.model.value import Scalar, Settings


def listed(text: Scalar) -> list[str]:
    """The parts of a text between commas; none of an empty one."""
    return [part.strip() for part in str(text).split(",") if part.strip()]


def below(settings: Settings, prefix: str) -> Settings:
    """The settings that begin with `prefix`, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in settings.items()
        if name.startswith(prefix)
    }
