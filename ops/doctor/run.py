"""Runs doctor: looks, finds the causes, shows them, and writes the bundle where one is wanted."""

from pathlib import Path

from pulumi import automation as auto

from ops.doctor import bundle, report
from ops.doctor.causes import CAUSES
from ops.doctor.look import look
from ops.doctor.plan import plan
from ops.doctor.rank import diagnose
from ops.errors import OpsError
from ops.screen import Screen
from ops.workspace import Workspace


def doctor(workspace: Workspace, screen: Screen, *, as_json: bool = False, bundle_file: Path | None = None) -> bool:
    """Whether the stack is healthy.

    Raises:
        OpsError: the stack is not up, its state cannot be read, or the bundle cannot be written.
    """
    try:
        stack = workspace.select()
    except auto.StackNotFoundError:
        raise OpsError(f"stack {workspace.name!r} is not up: hft up {workspace.name}") from None
    wanted = plan(workspace.state(stack), workspace.name)
    if not wanted.hosts:
        raise OpsError(f"stack {workspace.name!r} is not up: hft up {workspace.name}")
    facts = look(wanted, workspace, stack)
    verdicts = diagnose(facts, CAUSES)
    if as_json:
        print(report.as_json(verdicts))
    else:
        report.show(verdicts, facts, screen)
    if bundle_file:
        clean = bundle.redactor(workspace, stack)
        bundle.write(bundle_file, bundle.texts(wanted, facts, verdicts, workspace.settings_file), clean)
        screen.warning(f"{bundle_file} has states, logs and settings, and no secret; read it before you hand it on")
    return not verdicts
