"""Which versions the images of a stack were made of."""

from collections.abc import Iterable

from harness.backends.docker.images import recipes as images
from harness.systems.blueprint import ServiceSpec


def pinned(specs: Iterable[ServiceSpec]) -> dict[str, str]:
    """Versions by component, in order of name.

    Where an image is made of another version than the brokers, its name is told as well.
    """
    found: dict[str, str] = {}
    for spec in sorted(specs, key=lambda spec: (not spec.versions, spec.name)):
        made_of = images.recipe(spec.image, overrides=spec.versions).versions
        for name, number in made_of.items():
            component = _component(name)
            if found.setdefault(component, number) != number:
                found[f"{component} of {spec.image}"] = number
    return dict(sorted(found.items()))


def _component(variable: str) -> str:
    """`KAFKA_VERSION` as `kafka`."""
    return variable.removesuffix("_VERSION").lower().replace("_", "-")
