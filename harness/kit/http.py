"""JSON over HTTP to a service on this machine: each call has a deadline and no proxy in between."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from harness.kit.errors import HarnessError

Address: TypeAlias = tuple[str, int]
LIMIT_S = 5.0
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class HttpError(HarnessError):
    """A service answered, and its answer is no."""

    def __init__(self, what: str, status: int, body: str) -> None:
        super().__init__(f"{what}: {status} {body}")
        self.status = status
        self.body = body

    @property
    def code(self) -> int:
        """The service's own `error_code`; the status when it gives none."""
        try:
            return int(json.loads(self.body)["error_code"])
        except (ValueError, KeyError, TypeError):
            return self.status


def call(
    address: Address,
    method: str,
    path: str,
    body: object = None,
    *,
    headers: Mapping[str, str] = _JSON,
    limit_s: float = LIMIT_S,
) -> Any:  # noqa: ANN401 - parsed JSON
    """The parsed answer to one request; None when the answer is empty.

    Args:
        address: host and port.
        method: of HTTP.
        path: with its query.
        body: is sent as JSON unless it is None.
        headers: of the request.
        limit_s: seconds that the service may be silent.

    Raises:
        HttpError: the answer's status is not 2xx.
        OSError: there is no answer (TimeoutError when it is late), or none that is whole.
    """
    connection = http.client.HTTPConnection(*address, timeout=limit_s)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), dict(headers))
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
    except http.client.HTTPException as error:
        raise ConnectionError(f"no whole answer: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise HttpError(f"{method} {path}", response.status, text.strip())
    return json.loads(text) if text.strip() else None
