"""`hft status`: what the stack exports, and what Docker says of it now."""

from pulumi import automation as auto

from ops import parts
from ops.parts import PartHealth
from ops.workspace import Workspace


def status(workspace: Workspace) -> list[PartHealth]:
    """The parts and their health; none where the stack was never up."""
    try:
        state = workspace.state(workspace.select())
    except auto.StackNotFoundError:
        return []
    return parts.health(parts.exported(state.outputs), state.outputs.get("hosts", {}))
