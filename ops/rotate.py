"""`hft secrets rotate`: a role of the database gets a new password, and everything that logs in with it."""

from pulumi import automation as auto

from ops.errors import OpsError
from ops.secret_list import generated_urns
from ops.state import State
from ops.workspace import Workspace

ROTATED = ("db-guard", "db-monitoring", "db-owner", "db-reader", "db-ticks", "db-writer")
"""Secrets that an `up` changes on both ends, one after the other, while sessions go on."""

_NOT_YET = {
    "backup-cipher": "the repository is encrypted with it, and could not be opened with another one",
    "db-admin": "the deployment itself logs in with it, and would have to know both",
    "db-replication": "the nodes log in with it to each other, and would all have to know the new one at once",
    "db-rewind": "the nodes log in with it to each other, and would all have to know the new one at once",
}


def to_rotate(state: State, name: str) -> str:
    """URN of a secret that may be made anew. Raises OpsError, and says what to do, where it may not."""
    urns = generated_urns(state)
    if name in _NOT_YET:
        raise OpsError(f"{name} cannot be rotated: {_NOT_YET[name]} (can be: {', '.join(ROTATED)})")
    if name not in ROTATED:
        raise OpsError(f"{name} is no password of a database role (these are: {', '.join(ROTATED)})")
    if name not in urns:
        raise OpsError(f"{name} is not made by the stack: pulumi config set --secret hft:secret-{name}, then hft up")
    return urns[name]


def release(workspace: Workspace, stack: auto.Stack, urn: str) -> None:
    """Let the engine replace a secret, which is protected; the `up` that does it protects the new one."""
    workspace.run(stack, ["state", "unprotect", urn, "--yes"])
