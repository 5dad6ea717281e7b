"""The words of a statement in SQL, one after the other."""

import re
from collections.abc import Iterator

from harness.kit.errors import UsageError

_TOKEN = re.compile(r"\s*(`[^`]*`|'(?:[^'\\]|''|\\.)*'|\d+(?:\.\d+)?|\w+|--[^\n]*|.)", re.DOTALL)


class UnplayedError(UsageError):
    """A statement asks for something that tables in memory do not have."""


class Tokens:
    """The words, names, texts and signs of a statement, one after the other."""

    def __init__(self, text: str) -> None:
        self._rest = list(_split(text))
        self._rest.reverse()

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return not self._rest

    def sees(self, word: str) -> bool:
        """Whether this comes next."""
        return bool(self._rest) and self._rest[-1].upper() == word

    def take(self, *words: str) -> bool:
        """Pass over the next one if it is one of `words`."""
        found = any(self.sees(word) for word in words)
        if found:
            self._rest.pop()
        return found

    def next(self) -> str:
        """The next one."""
        if not self._rest:
            raise UnplayedError("a statement that ends in its middle")
        return self._rest.pop()

    def expect(self, *words: str) -> None:
        """Pass over these."""
        for word in words:
            found = self.next()
            if found.upper() != word:
                raise UnplayedError(f"{found!r} where {word} is expected")

    def name(self) -> str:
        """A name, quoted or not."""
        return self.next().strip("`")

    def names(self) -> tuple[str, ...]:
        """Names in parentheses."""
        return tuple(each.strip("`") for each in self.arguments())

    def arguments(self) -> list[str]:
        """What stands in parentheses, if they come next."""
        found: list[str] = []
        if self.take("("):
            while not self.take(")"):
                if not self.take(","):
                    found.append(self.next())
        return found


def _split(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text.strip()):
        if not match[1].startswith("--"):
            yield match[1]
