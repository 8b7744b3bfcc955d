"""Finds the data sources of a stack that is up, and the Grafana in front of them."""

from collections.abc import Sequence

from ops import access, parts
from ops.dashboards.sources import Place
from ops.errors import OpsError
from ops.parts import Part
from ops.state import State
from ops.workspace import Workspace

_GRAFANA = "hft:grafana:Grafana"


def place(workspace: Workspace, deployed: State) -> Place:
    """Where Prometheus and the read-only way to the database are. Raises OpsError where the stack exports them not."""
    found = parts.exported(deployed.outputs)
    return Place(
        prometheus_url=f"http://{_part(found, 'prometheus').endpoint}",
        database=_part(found, "router-reader").endpoint,
        password_file=access.path_of(access.PGPASS, workspace.root, workspace.name),
    )


def grafana_url(deployed: State) -> str | None:
    """URL of the Grafana that has the stack's data sources, its own or the firm's; None where it was left out."""
    urls = [str(desk.outputs["url"]) for desk in deployed.of_type(_GRAFANA) if desk.outputs.get("url")]
    return urls[0] if urls else None


def _part(found: Sequence[Part], name: str) -> Part:
    for part in found:
        if part.part == name:
            return part
    raise OpsError(f"the stack exports no part {name!r}: bring it up with hft up")
