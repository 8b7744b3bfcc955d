"""Waiting for a started container: healthy, or why not, in words."""

import time
from typing import Any

from toolchain.plugins.docker.container.uploads import scrub
from toolchain.plugins.docker.daemon import Daemon
from toolchain.plugins.docker.rules import nanoseconds
from toolchain.plugins.framework import Values

_POLL_SECONDS = 0.2
_LONGEST_FIRST_WAIT_SECONDS = 5.0
"""Within which a container that has ended at once is seen, however rare its health checks are."""
_LOG_LINES = 20
NO_CHECK = "`wait` needs a health check: add `healthcheck`, or leave `wait` out"


def wait_until_healthy(daemon: Daemon, container: str, inputs: Values) -> str | None:
    """None once the container is healthy; else what went wrong, with the last health check and log lines.

    Ends after `waitTimeout` seconds, or as soon as the container has exited for good.
    """
    doing = f"await container {inputs['name']}"
    deadline = time.monotonic() + inputs["waitTimeout"]
    time.sleep(_first_wait(inputs))
    while True:
        state = daemon.call(doing, "GET", f"/containers/{container}/json")["State"]
        status = (state.get("Health") or {}).get("Status", "none")
        if status == "healthy":
            return None
        reason = _verdict(state, status, inputs["waitTimeout"], late=time.monotonic() >= deadline)
        if reason is not None:
            return "\n".join([reason, *evidence(daemon, container, state, inputs)])
        time.sleep(_POLL_SECONDS)


def _first_wait(inputs: Values) -> float:
    """Seconds before which no check has run: asking earlier only takes the daemon's time from other starts."""
    interval = nanoseconds(inputs.get("healthcheck", {}).get("interval", "0s")) / 1e9
    return min(interval, float(inputs["waitTimeout"]), _LONGEST_FIRST_WAIT_SECONDS)


def evidence(daemon: Daemon, container: str, state: dict[str, Any], inputs: Values) -> list[str]:
    """What the container said last, without the content of any uploaded file."""
    checks = (state.get("Health") or {}).get("Log") or []
    found = []
    if checks:
        output = scrub(checks[-1]["Output"].strip(), inputs.get("uploads", [])) or "(no output)"
        found.append(f"last health check, exit code {checks[-1]['ExitCode']}: {output}")
    logs = daemon.logs(f"read the log of container {inputs['name']}", container, lines=_LOG_LINES).strip()
    if logs:
        found.append(f"last log lines:\n{scrub(logs, inputs.get('uploads', []))}")
    return found


def _verdict(state: dict[str, Any], status: str, seconds: int, *, late: bool) -> str | None:
    """Why there is no use in waiting longer, or None."""
    if state["Status"] in ("exited", "dead"):
        return f"exited with code {state['ExitCode']} before it was healthy"
    if status == "none":
        return NO_CHECK
    if late:
        return f"not healthy after {seconds} s (waitTimeout): it is {state['Status']}, its health check says {status}"
    return None
