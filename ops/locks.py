"""Stack locks of the file backend that a killed engine left behind."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ops import backend
from ops.errors import OpsError

_POLL_SECONDS = 0.2


def release_stale(project: str, stack: str, tell: Callable[[str], None]) -> None:
    """Remove the locks of engines that are gone, and say so. An engine whose own command is gone may end first.

    Raises:
        OpsError: an engine that somebody runs, or one on another machine, holds the stack.
    """
    for lock in sorted(_folder(project, stack).glob("*.json")):
        owner: dict[str, Any] = json.loads(lock.read_text())
        who = f"{owner['username']}@{owner['hostname']}, pid {owner['pid']}, since {owner['timestamp']}"
        if owner["hostname"] != socket.gethostname():
            raise OpsError(
                f"stack {stack!r} is locked by {who}, on another machine: wait for it, or, when it is gone, "
                f"run: pulumi cancel --yes --stack {stack}"
            )
        pid = int(owner["pid"])
        if _is_orphan(pid):
            tell(f"waiting for the engine of a killed run ({who})")
            _wait_for(pid)
        if _runs(pid):
            raise OpsError(f"stack {stack!r} is being changed by {who}: wait for it to end, or end it")
        if lock.exists():
            lock.unlink()
            lock.with_name(lock.name + ".attrs").unlink(missing_ok=True)
            tell(f"released the lock of a killed run ({who})")


def _folder(project: str, stack: str) -> Path:
    # pulumi/pkg/backend/diy/lock.go: .pulumi/locks/<organization>/<project>/<stack>/<uuid>.json
    return backend.folder() / "locks" / "organization" / project / stack


def _wait_for(pid: int) -> None:
    while _runs(pid):
        time.sleep(_POLL_SECONDS)


def _runs(pid: int) -> bool:
    name, state, _ = _process(pid)
    # A zombie is dead, whatever keeps its entry; another program means that the pid was given anew.
    return name.startswith("pulumi") and state != "Z"


def _is_orphan(pid: int) -> bool:
    parent = _process(pid)[2]
    return _runs(pid) and (parent == 1 or _process(parent)[0] == "systemd")


def _process(pid: int) -> tuple[str, str, int]:
    """Name, state and parent of a process; a zombie without name where there is none. proc(5): /proc/<pid>/stat."""
    try:
        before, _, after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return "", "Z", 0
    state, parent = after.split()[:2]
    return before.partition("(")[2], state, int(parent)
