"""What the engine's description of a container says of its process."""

from typing import Any

from harness.model.ports.powers import ServiceState


def state_of(inspected: dict[str, Any]) -> ServiceState:
    """Whether the process runs, is paused, or has exited."""
    match inspected["State"]["Status"]:
        case "running" | "restarting":
            return "running"
        case "paused":
            return "paused"
        case _:
            return "exited"


def incarnation_of(inspected: dict[str, Any]) -> str:
    """When the process started, and its pid on the engine's machine."""
    state = inspected["State"]
    return f"{state['StartedAt']}/{state['Pid']}"
