"""`hft down`: removes what `up` made. Data, and what is needed to open it again, stays unless it is given up."""

from pulumi import automation as auto

from ops import edits, locks
from ops.engine import operate
from ops.recover import import_state, recover
from ops.screen import Screen
from ops.workspace import Workspace


def down(workspace: Workspace, screen: Screen, *, volumes: bool) -> None:
    """Remove the stack's containers and networks; with `volumes` also its data, secrets and state.

    Raises:
        OpsError: a Docker host does not answer, or the engine failed.
    """
    try:
        stack = workspace.select()
    except auto.StackNotFoundError:
        screen.line(f"stack {workspace.name} is not up")
        return
    locks.release_stale(workspace.project, workspace.name, screen.note)
    state = recover(workspace, stack, screen, ask_providers=False)
    if list(state.created()):
        import_state(workspace, stack, edits.give_up_data(state) if volumes else edits.keep_data(state))
    with screen.running("removing"):
        progress = operate(stack.destroy, screen, exclude_protected=not volumes)
    if volumes:
        # --preserve-config: Pulumi.<stack>.yaml is the operator's, not ours to delete.
        workspace.run(stack, ["stack", "rm", "--yes", "--preserve-config"])
        screen.line("everything is removed, data included")
        return
    kept = sorted(resource.name for resource in workspace.state(stack).created())
    screen.line(f"{progress.changes} removed" if progress.changes else "no changes")
    if kept:
        screen.line(f"kept for the next up: {len(kept)} volumes, secrets and database objects")
