"""Secrets: how a scenario names one, where its value comes from, and how files are kept clean.

`secret("NAME")` is text, `${secret:NAME}`, and that is what a plan holds. The value is read from
the environment by whoever needs it, at the last moment. Each value that was read is known to this
process from then on, and `redacted` takes it out of all that is written to a run folder.
"""

import html
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.kit.errors import UsageError

HIDDEN = "[hidden]"
LENGTH_MIN = 8
"""A shorter value could not be told from other text."""
_REFERENCE = re.compile(r"\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}")
_NAME = re.compile(
    r"(^|[._\-])(password|passwd|passphrase|secret|token|credentials?"
    r"|(api|private|secret|master|access)[._\-]?key|jaas[._\-]config|user[._\-]info"
    r"|key[._\-]pem|keystore[._\-]key|requirepass|masterauth)$",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"[?&;](password|user_?info)=[^&;$]", re.IGNORECASE)
_QUOTED = re.compile(r"""password\s*=\s*["']([^"']+)["']""")
_known: set[str] = set()


def secret(name: str) -> str:
    """A value that is read from the environment variable `name` when it is needed.

    Plan, report and logs hold this reference; a replay reads the variable again.
    """
    reference = f"${{secret:{name}}}"
    if not _REFERENCE.fullmatch(reference):
        raise UsageError(f"{name!r} is not a valid name of an environment variable")
    return reference


def is_secret(setting: str) -> bool:
    """Whether a setting of this name holds a secret, as `ssl.key.password` does."""
    return _NAME.search(setting) is not None


def is_in_clear(setting: str, value: object) -> bool:
    """Whether a secret is written down where only a reference should be."""
    if not isinstance(value, str) or not value or "${" in value:
        return False
    return is_secret(setting) or _IN_URL.search(value) is not None


def named(text: str) -> tuple[str, ...]:
    """Names of the secrets that a text refers to, each once."""
    return tuple(dict.fromkeys(_REFERENCE.findall(text)))


def replaced(text: str, value: Callable[[str], str]) -> str:
    """A text with `value(name)` in the place of each reference."""
    return _REFERENCE.sub(lambda found: value(found[1]), text)


def revealed(text: str) -> str:
    """A text with the values of the secrets that it refers to.

    Raises:
        UsageError: an environment variable is not set, or its value is too short.
    """
    return replaced(text, value_of)


def value_of(name: str) -> str:
    """The value of a secret, which no file will show from now on.

    Raises:
        UsageError: the environment variable is not set, or its value is too short.
    """
    value = os.environ.get(name, "")
    if len(value) < LENGTH_MIN:
        seen = "is not set" if not value else f"has {len(value)} characters"
        raise UsageError(
            f"secret({name!r}): the environment variable {name} {seen}; set it to at least "
            f"{LENGTH_MIN} characters, or the value cannot be removed safely from logs"
        )
    hide(value)
    return value


def hide(value: str) -> None:
    """Let no file show `value` from now on."""
    parts = (value, *_QUOTED.findall(value))
    _known.update(part for part in parts if len(part) >= LENGTH_MIN)


def redacted(data: bytes) -> bytes:
    """`data` without any value that is known to be secret, however it is quoted."""
    for value in sorted(_known, key=len, reverse=True):
        for form in _forms(value):
            data = data.replace(form, HIDDEN.encode())
    return data


def redacted_arguments(words: Sequence[str]) -> Iterator[str]:
    """A command line without the values of options that hold secrets."""
    hides_next = False
    for word in words:
        name, equals, value = word.partition("=")
        if hides_next:
            yield HIDDEN
        elif equals and value and is_secret(name):
            yield f"{name}={HIDDEN}"
        else:
            yield redacted(word.encode()).decode()
        hides_next = not hides_next and word.startswith("-") and not equals and is_secret(word)


def _forms(value: str) -> Iterable[bytes]:
    """A value as it stands in plain text, in JSON, in HTML and XML, longest first."""
    texts = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
        html.escape(value, quote=False),
    }
    return sorted((text.encode() for text in texts), key=len, reverse=True)
