"""What may happen to the files of a run folder: bytes that change, and values that are edited."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import msgspec

from harness.reporting.folder import RunFolder

FILES = ("manifest.json", "plan.json", "facts.json", "seal.json", "history/journal")
RESTS_ON = ("plan.json", "facts.json", "history/journal")

ByteDamage: TypeAlias = Callable[[Path, Path, Random], None]


def truncate(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001 - as all of them
    """Take the end away."""
    data = file.read_bytes()
    file.write_bytes(data[: random.randrange(len(data))])


def flip(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001
    """Flip one to three bits."""
    data = bytearray(file.read_bytes())
    for place in random.sample(range(len(data)), random.randint(1, 3)):
        data[place] ^= 1 << random.randrange(8)
    file.write_bytes(data)


def empty(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001
    """Leave nothing of it."""
    file.write_bytes(b"")


def delete(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001
    """Remove it."""
    file.unlink()


def swap(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001
    """Take the file of another run."""
    shutil.copyfile(other, file)


def repeat(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001
    """Let a part of it come twice."""
    data = file.read_bytes()
    begin = random.randrange(len(data))
    end = random.randrange(begin, len(data)) + 1
    file.write_bytes(data[:end] + data[begin:end] + data[end:])


def cut_out(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001
    """Take a part out of its middle."""
    data = file.read_bytes()
    begin = random.randrange(len(data))
    file.write_bytes(data[:begin] + data[random.randrange(begin, len(data)) + 1 :])


def neighbour(file: Path, other: Path, random: Random) -> None:  # noqa: ARG001
    """Take another file of the same run."""
    of_facts = file.with_name("plan.json" if file.name == "facts.json" else "facts.json")
    shutil.copyfile(of_facts if of_facts.exists() else file.parent.parent / "facts.json", file)


BYTE_DAMAGES: tuple[ByteDamage, ...] = (
    *(truncate, flip, flip, flip, empty, delete, swap, repeat, cut_out, neighbour),
)

STRANGE: tuple[Any, ...] = (
    *(None, True, 0, -1, 1, 2**31, 2**53, 2**62, 2**63 - 1, -(2**63), 2**64, 10**400),
    *(0.5, -0.0, 1e308, float("nan"), float("inf"), "", "x", "\0", "orders-0", "nowhere-7"),
    *([], {}, [[]], {"x": 1}, [None], "é" * 300, "<script>"),
)


def edit(value: Any, random: Random) -> Any:
    """`value` with one thing in it that is dropped, repeated, emptied or something else."""
    places = list(_places(value))
    holder, key = random.choice(places)
    what = random.choice(("drop", "strange", "strange", "nudge", "repeat", "empty"))
    if what == "drop":
        del holder[key]
    elif what == "repeat" and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif what == "empty" and isinstance(holder[key], list | dict | str):
        holder[key] = type(holder[key])()
    elif what == "nudge" and isinstance(holder[key], int | float):
        holder[key] = random.choice((-holder[key], holder[key] + 1, holder[key] * 1000))
    else:
        holder[key] = random.choice(STRANGE)
    return value


def _places(value: Any) -> Any:
    """Every entry of every object and list in a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(entries):
        yield value, key
        if isinstance(each, dict | list):
            yield from _places(each)


def edit_file(path: Path, random: Random) -> None:
    """Edit the value in a file of a run folder, digest and seal in keeping with it."""
    envelope = json.loads(path.read_bytes())
    envelope["value"] = edit(envelope["value"], random)
    body = json.dumps(envelope["value"], separators=(",", ":")).encode()
    with suppress(msgspec.DecodeError):  # NaN and its like, which are no JSON.
        body = msgspec.json.format(body, indent=-1)
    envelope["digest"] = sha256(body).hexdigest()
    head = json.dumps({name: each for name, each in envelope.items() if name != "value"}).encode()
    path.write_bytes(head[:-1] + b',"value":' + body + b"}")
    RunFolder(path.parent, envelope["run"]).seal()
