"""Seeded randomness: one seed a run, named independent streams, nothing global."""

import hashlib
from random import Random


def stream(seed: int, name: str) -> Random:
    """An independent generator for `name` under `seed`.

    The same seed and name give the same numbers in every process and on every machine; a new
    stream never disturbs an old one.
    """
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))
