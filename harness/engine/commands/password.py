"""What logs in to the databases of a stack, for people who connect clients of their own."""

from harness.engine.commands.status import look_at
from harness.kit.errors import UsageError


def password_of(stack: str | None) -> str:
    """The password of the user `chaos`; of the only stack unless its id is given.

    Raises:
        UsageError: it is not clear which stack is meant, or nothing of it asks for a password.
    """
    chosen = look_at(stack)
    if not chosen.topology.asks_password:
        raise UsageError(
            f"{chosen.identity.stack} has no database, and only databases have a password"
        )
    return chosen.password()
