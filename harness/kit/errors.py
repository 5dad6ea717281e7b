"""The one tree of errors for when the harness itself cannot go on.

A failing system under test is data (an operation that failed, an anomaly), never an exception.

    HarnessError                4   anything else that stops the harness
    ├── UsageError              2   the request is invalid (unknown scenario, wrong option)
    ├── RunFolderError          6   a run folder is missing, damaged or foreign
    │   ├── DamagedError        6   a file of a run was changed
    │   └── FormatVersionError  7   written by a newer harness
    ├── BootError               8   the stack did not start
    │   ├── NoDockerError       9   no Docker engine answered
    │   ├── NoDiskError        10   not enough free disk
    │   ├── PortTakenError     11   a requested port is in use
    │   └── ImageBuildError    12   an image cannot be built
    ├── InternalError           4   the harness failed unexpectedly; says where its traceback is
    ├── WaitTimeout             4   a condition was not met in time
    └── FaultError              4   a fault cannot be injected or healed

Each class carries the exit status the command ends with. 0 is VALID, 1 INVALID, 3 UNKNOWN, 5 not
reproduced, 130 Ctrl-C.
"""


class HarnessError(Exception):
    """The harness cannot continue; the message says what was tried, seen, and what to do."""

    exit_status = 4


class UsageError(HarnessError):
    """The request is invalid."""

    exit_status = 2


class RunFolderError(HarnessError):
    """A run folder is missing, damaged, or was not written by this harness."""

    exit_status = 6


class DamagedError(RunFolderError):
    """A file of a run was changed after it was written, or belongs to another run.

    Args:
        file: which.
        what: what does not agree.
    """

    def __init__(self, file: object, what: str) -> None:
        super().__init__(f"damaged: {file}, {what}")


class FormatVersionError(RunFolderError):
    """The file was written by a newer harness than this one."""

    exit_status = 7


class BootError(HarnessError):
    """The stack did not start."""

    exit_status = 8


class NoDockerError(BootError):
    """No Docker engine answered."""

    exit_status = 9


class NoDiskError(BootError):
    """There is not enough free disk space."""

    exit_status = 10


class PortTakenError(BootError):
    """A requested port is in use."""

    exit_status = 11


class ImageBuildError(BootError):
    """A component image cannot be built."""

    exit_status = 12


class InternalError(HarnessError):
    """The harness failed unexpectedly; this is never a verdict."""


class WaitTimeout(HarnessError):  # noqa: N818 - the word every reader of a log looks for
    """A condition was not met within its limit."""

    def __init__(self, what: str, limit_s: float, seen: str) -> None:
        super().__init__(f"waited {limit_s:g} s for {what}; last seen: {seen}")
        self.what = what
        self.limit_s = limit_s
        self.seen = seen


class FaultError(HarnessError):
    """A fault cannot be injected or healed."""
