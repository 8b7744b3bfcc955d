"""`hft secrets rotate`: a role of the database gets a new password, and everything that logs in with it.

Also the nodes themselves and the deployment (docs/adr/0023-rotated-under-the-nodes.md).
"""

from pulumi import automation as auto

from ops.errors import OpsError
from ops.secret_list import generated_urns
from ops.state import State
from ops.workspace import Workspace

ROTATED = (
    *("db-admin", "db-guard", "db-monitoring", "db-owner", "db-reader"),
    *("db-replication", "db-rewind", "db-ticks", "db-writer"),
)
"""Secrets that an `up` changes on both ends, one after the other, while sessions go on."""

_NEVER = {"backup-cipher": "the repository is encrypted with it, and could not be opened with another one"}


def to_rotate(state: State, name: str) -> str:
    """URN of a secret that may be made anew. Raises OpsError, and says what to do, where it may not."""
    urns = generated_urns(state)
    if name in _NEVER:
        raise OpsError(f"{name} cannot be rotated: {_NEVER[name]} (can be: {', '.join(ROTATED)})")
    if name not in ROTATED:
        raise OpsError(f"{name} is no password of a database role (these are: {', '.join(ROTATED)})")
    if name not in urns:
        raise OpsError(f"{name} is not made by the stack: pulumi config set --secret hft:secret-{name}, then hft up")
    return urns[name]


def release(workspace: Workspace, stack: auto.Stack, urn: str) -> None:
    """Let the engine replace a secret, which is protected; the `up` that does it protects the new one."""
    workspace.run(stack, ["state", "unprotect", urn, "--yes"])
