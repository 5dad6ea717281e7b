"""Counts, and sentences that agree with them."""

import re

_FORMS = re.compile(r"\{([^|{}]*)\|([^|{}]*)\}")


def inflect(text: str, number: int) -> str:
    """`read was` or `reads were`, of `{read was|reads were}`: the first form is for one."""
    return _FORMS.sub(lambda forms: forms[1 if number == 1 else 2], text)


def counted(number: int, text: str) -> str:
    """`1 fault`, `2,000 faults`.

    Args:
        number: how many.
        text: a noun, or a text with forms as `inflect` takes it.
    """
    if "|" not in text:
        text += "{|es}" if text.endswith(("s", "x", "ch")) else "{|s}"
    return f"{number:,} {inflect(text, number)}"
