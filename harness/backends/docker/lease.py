"""Exclusive use of a stack, held by the engine: a container of one name that is never started.

The engine makes one container of a name, so of two processes that want a stack one gets it,
wherever they run. Labels say which process that is. Where it can be seen, its death ends the lease
at once; from another machine, PID namespace or boot it cannot, and there the lease ends LEASE_S
after its owner last renewed it, by the engine's clock.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docker import errors

from harness.backends.docker import archive, labels
from harness.backends.docker.engine import Api, translated
from harness.kit.errors import HarnessError
from harness.kit.owner import parsed, this_process

LEASE_S = 90.0
RENEW_EVERY_S = 10.0
RENEWED = "/renewed"
_CONFLICT = 409
log = logging.getLogger(__name__)


class Lease:
    """The right to use a stack: ours between `take` and `release`, renewed by a thread of its own.

    Args:
        api: the engine.
        stack: its id.
        image: any that the engine has; nothing of it runs.
        marks: labels of the stack, so that a sweep finds the lease of a stack that has nothing yet.
    """

    def __init__(self, api: Api, stack: str, image: str, marks: Mapping[str, str]) -> None:
        self._api = api
        self._stack = stack
        self._image = image
        self._marks = dict(marks)
        self._holder: str | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._lost = False

    @property
    def lost(self) -> str | None:
        """Why the stack is not ours any more; None while it is."""
        if not self._lost:
            return None
        return f"another process took the stack {self._stack}: its lease was not renewed in time"

    def take(self) -> bool:
        """Try to get it; False while another process, or another holder in this one, has it.

        Raises:
            HarnessError: the engine refuses, or does not answer.
        """
        # Once more where the holder was dead.
        if not (self._create() or (self._evict() and self._create())):
            return False
        threading.Thread(target=self._keep_renewing, name="lease", daemon=True).start()
        return True

    def renew(self) -> None:
        """Say that its owner lives.

        Raises:
            HarnessError: the engine does not answer.
        """
        with self._lock:
            if self._holder is None or self._over.is_set():
                return
            try:
                renew(self._api, self._holder)
            except errors.NotFound:
                # Either it expired and is another's, or somebody pruned containers.
                if not self._create():
                    self._lost = True
                    self._over.set()

    def stop(self) -> None:
        """Renew it no more, since the stack and all of it is about to be removed."""
        with self._lock:
            self._over.set()

    def release(self) -> None:
        """Let others use the stack. Idempotent."""
        self.stop()
        holder, self._holder = self._holder, None
        if holder is not None:
            _remove(self._api, holder)

    def _create(self) -> bool:
        with translated(f"take the stack {self._stack}"):
            try:
                self._holder = self._api.create_container(
                    self._image,
                    ["true"],
                    name=f"{self._stack}-lease",
                    labels={**self._marks, labels.HOLDER: str(this_process())},
                    network_disabled=True,
                )["Id"]
            except errors.APIError as error:
                if error.response is None or error.response.status_code != _CONFLICT:
                    raise
                return False
        return True

    def _evict(self) -> bool:
        """Remove the lease of an owner that is gone; by its id, never one that came since."""
        held = holders(self._api, self._stack).get(self._stack)
        if held is not None and is_alive(self._api, held):
            return False
        if held is not None:
            _remove(self._api, held["Id"])
        return True

    def _keep_renewing(self) -> None:
        while not self._over.wait(RENEW_EVERY_S):
            try:
                self.renew()
            except HarnessError as error:
                log.warning("the lease of %s was not renewed: %s", self._stack, error)
        if self._lost:
            log.error("%s", self.lost)


def holders(api: Api, stack: str | None = None) -> dict[str, dict[str, Any]]:
    """What the engine lists of the lease of each stack that has one."""
    label = labels.STACK if stack is None else f"{labels.STACK}={stack}"
    with translated("list leases"):
        listed = api.containers(all=True, filters={"label": [labels.HOLDER, label]})
    return {each["Labels"][labels.STACK]: each for each in listed}


def is_alive(api: Api, held: Mapping[str, Any]) -> bool:
    """Whether the owner of a lease lives: seen, or believed for a while; `held` as in `holders`."""
    owner = parsed(held["Labels"][labels.HOLDER])
    if owner is not None and (runs := owner.runs) is not None:
        return runs
    renewed = archive.read(api, held["Id"], RENEWED)
    since = float(renewed) if renewed else float(held["Created"])
    return now(api) - since < LEASE_S


def renew(api: Api, holder: str) -> None:
    """Write into the holder of a lease what time it is by the engine's clock.

    Raises:
        docker.errors.NotFound: there is no such container.
        HarnessError: the engine does not answer.
    """
    archive.write(api, holder, RENEWED, repr(now(api)).encode())


def now(api: Api) -> float:
    """The time by the engine's clock, in seconds."""
    with translated("ask the engine for its time"):
        return datetime.fromisoformat(api.info()["SystemTime"]).timestamp()


def _remove(api: Api, holder: str) -> None:
    with translated("let a stack go"):
        try:
            api.remove_container(holder, force=True)
        except errors.NotFound:
            return
