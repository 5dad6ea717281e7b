"""Interrupts of a session that pytest-xdist spreads over workers: the part of who leads them.

Ctrl-C reaches the workers too, and each heals and removes its stacks. But pytest-xdist gives a
worker seconds to end, so that one which removes stacks may be killed: what is left then is removed
here, as it is where nobody told the workers of the signal.
"""

import signal

import pytest


def pytest_sessionstart(session: pytest.Session) -> None:
    """Take SIGTERM, which a job that is cancelled gets, for Ctrl-C."""
    if _leads_workers(session):
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remove what interrupted workers have left; they are gone by now."""
    if exitstatus != pytest.ExitCode.INTERRUPTED or not _leads_workers(session):
        return
    from harness.engine.sweep import sweep
    from harness.kit.errors import HarnessError, NoDockerError

    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    try:
        for line in sweep():
            reporter.write_line(line)
    except NoDockerError:
        return  # where there is no engine, there is no stack
    except HarnessError as error:
        reporter.write_line(f"something is left, remove it with `harness sweep`: {error}")


def _leads_workers(session: pytest.Session) -> bool:
    return session.config.pluginmanager.hasplugin("dsession")
