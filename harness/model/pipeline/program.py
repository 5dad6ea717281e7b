"""A user's program in a pipeline: how to run it."""

from harness.kit.errors import UsageError
from harness.model.value import Value


class Program(Value, frozen=True, kw_only=True):
    """A container image, or a Python function, that moves data; one of the two is given.

    It learns from its environment where everything is (`harness.workloads.pipeline.feeds.wiring`)
    and what its feed or copy has as settings. One that ends by itself is started again, as by a
    supervisor. Once everything has come through, the file that STOP_FILE names is there and SIGTERM
    is sent; SIGKILL follows after ten seconds.
    """

    image: str | None = None
    """An image that the engine has or can pull; it shares the host's network."""
    function: str | None = None
    """`file.py:name` or `package.module:name`, called without arguments in a process of its own."""
    command: tuple[str, ...] = ()
    """Of an image; empty: its own."""
    polls: bool = False
    """Of a feed: it asks the source for rows now and then. It then owes what a row is in the end,
    not the versions between two looks."""

    def checked(self, owner: str) -> "Program":
        """Itself.

        Raises:
            UsageError: neither an image nor a function is given, or both are.
        """
        if (self.image is None) == (self.function is None):
            raise UsageError(f"{owner}: expected either an image or a function of the program")
        return self
