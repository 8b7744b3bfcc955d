"""Finds the data sources of a stack that is up."""

from collections.abc import Sequence

from ops import access, parts
from ops.dashboards.sources import Place
from ops.errors import OpsError
from ops.parts import Part
from ops.workspace import Workspace


def place(workspace: Workspace) -> Place:
    """Where Prometheus and the read-only way to the database are. Raises OpsError where the stack is not up."""
    found = parts.exported(workspace.deployed().outputs)
    return Place(
        prometheus_url=f"http://{_part(found, 'prometheus').endpoint}",
        database=_part(found, "router-reader").endpoint,
        password_file=access.path_of(access.PGPASS, workspace.root, workspace.name),
    )


def _part(found: Sequence[Part], name: str) -> Part:
    for part in found:
        if part.part == name:
            return part
    raise OpsError(f"the stack exports no part {name!r}: bring it up with hft up")
