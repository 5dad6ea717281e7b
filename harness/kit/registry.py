"""A registry of named things that refuses duplicates, filled by importing a package's modules."""

import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Generic, TypeVar

from harness.kit.errors import HarnessError, UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things of one kind by name; iterates in `order`, then by name: nothing depends on imports.

    It is complete, or an error each time: after an import that failed nobody sees a shorter list.

    Raises:
        HarnessError: from every look-up, a module of the package cannot be imported.
    """

    def __init__(
        self, noun: str, package: str, order: Callable[[T], float] = lambda _item: 0
    ) -> None:
        self._noun = noun
        self._package = package
        self._order = order
        self._items: dict[str, T] = {}
        self._sorted: tuple[str, ...] | None = None
        """Names in order, until one more is added: verdicts ask for them again and again."""
        self._lock = threading.RLock()
        self._walking = self._complete = False
        self._failure = ""

    def add(self, name: str, item: T) -> T:
        """Register `item`; a second one of that name is a programming error."""
        if name in self._items:
            raise ValueError(f"two {self._noun}s are named {name!r}")
        self._items[name] = item
        self._sorted = None
        return item

    def __getitem__(self, name: str) -> T:
        self._walk()
        try:
            return self._items[name]
        except KeyError:
            known = ", ".join(sorted(self._items)) or "none"
            raise UsageError(f"unknown {self._noun} {name!r}; known: {known}") from None

    def __iter__(self) -> Iterator[str]:
        self._walk()
        if self._sorted is None:
            order, items = self._order, self._items
            self._sorted = tuple(sorted(items, key=lambda name: (order(items[name]), name)))
        return iter(self._sorted)

    def values(self) -> list[T]:
        """Things, in order."""
        return [self._items[name] for name in self]

    def items(self) -> list[tuple[str, T]]:
        """Names and things, in order."""
        return [(name, self._items[name]) for name in self]

    def _walk(self) -> None:
        with self._lock:
            if self._complete:
                return
            if self._failure:
                raise HarnessError(self._failure)
            if self._walking:
                raise RuntimeError(
                    f"a module looks up a {self._noun} while they are being imported"
                )
            self._walking = True
            try:
                self._import_all()
            except BaseException as error:
                # What this import has registered stays, so a second walk would not be a first one.
                why = f"{type(error).__name__}: {error}"
                self._failure = f"the {self._noun}s of {self._package} cannot be loaded: {why}"
                if isinstance(error, Exception):
                    raise HarnessError(self._failure) from error
                raise
            finally:
                self._walking = False
            self._complete = True

    def _import_all(self) -> None:
        package: ModuleType = importlib.import_module(self._package)
        for module in pkgutil.walk_packages(package.__path__, f"{self._package}."):
            importlib.import_module(module.name)
