"""Stack locks of the file backend that a killed engine left behind."""

import json
import os
import socket
from pathlib import Path
from typing import Any

from ops.errors import OpsError

_SCHEME = "file://"


def release_stale(project: str, stack: str) -> list[str]:
    """Remove the locks of engines that are gone; gives a line for each.

    Raises:
        OpsError: a living engine, or one on another machine, holds the stack.
    """
    released = []
    for lock in sorted(_folder(project, stack).glob("*.json")):
        owner: dict[str, Any] = json.loads(lock.read_text())
        who = f"{owner['username']}@{owner['hostname']}, pid {owner['pid']}, since {owner['timestamp']}"
        if owner["hostname"] != socket.gethostname():
            raise OpsError(
                f"stack {stack!r} is locked by {who}, on another machine: wait for it, or, when it is gone, "
                f"run: pulumi cancel --yes --stack {stack}"
            )
        if _runs(int(owner["pid"])):
            raise OpsError(f"stack {stack!r} is being changed by {who}: wait for it to end, or end it")
        lock.unlink(missing_ok=True)
        lock.with_name(lock.name + ".attrs").unlink(missing_ok=True)
        released.append(f"released the lock of a killed run ({who})")
    return released


def _folder(project: str, stack: str) -> Path:
    # pulumi/pkg/backend/diy/lock.go: .pulumi/locks/<organization>/<project>/<stack>/<uuid>.json
    backend = os.environ.get("PULUMI_BACKEND_URL", "")
    root = (
        Path(backend.removeprefix(_SCHEME).partition("?")[0]) if backend.startswith(_SCHEME) else Path("/nonexistent")
    )
    return root / ".pulumi" / "locks" / "organization" / project / stack


def _runs(pid: int) -> bool:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return False
    name = after_name[0].partition("(")[2]
    # A zombie is dead, whatever keeps its entry; another program means that the pid was given anew.
    return name.startswith("pulumi") and after_name[2].split()[0] != "Z"
