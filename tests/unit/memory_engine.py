"""The part of a Docker engine that leases use, in memory, with a clock that is set by hand."""

import io
import itertools
import tarfile
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from docker import errors


class MemoryEngine:
    """Containers that are never started, and their files."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.time_s = 1_700_000_000.0
        self.made: dict[str, dict[str, Any]] = {}
        self.files: dict[tuple[str, str], bytes] = {}

    def create_container(
        self, _image: str, _command: list[str], *, name: str, labels: dict[str, str], **_: object
    ) -> dict[str, str]:
        if any(each["Names"] == [f"/{name}"] for each in self.made.values()):
            response = SimpleNamespace(status_code=409, url="", reason="Conflict")
            raise errors.APIError("conflict", response=response, explanation="name in use")
        number = f"container-{next(self._numbers)}"
        self.made[number] = {
            "Id": number,
            "Names": [f"/{name}"],
            "Labels": labels,
            "Created": int(self.time_s),
        }
        return {"Id": number}

    def remove_container(self, number: str, **_: object) -> None:
        if self.made.pop(number, None) is None:
            raise errors.NotFound("no such container")

    def containers(self, *, filters: dict[str, list[str]], **_: object) -> list[dict[str, Any]]:
        wanted = [label.partition("=") for label in filters["label"]]
        return [
            each
            for each in self.made.values()
            if all(
                name in each["Labels"] and (not equals or each["Labels"][name] == value)
                for name, equals, value in wanted
            )
        ]

    def put_archive(self, container: str, _folder: str, packed: bytes) -> bool:
        if container not in self.made:
            raise errors.NotFound("no such container")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive.getmembers():
                self.files[container, f"/{member.name}"] = packed
        return True

    def get_archive(self, container: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        if (container, path) not in self.files:
            raise errors.NotFound("no such file")
        return [self.files[container, path]], {}

    def info(self) -> dict[str, str]:
        # As Go writes it: nanoseconds, and Z.
        return {"SystemTime": datetime.fromtimestamp(self.time_s, UTC).isoformat()[:19] + ".5Z"}
