"""Runs a stack's program with the policy pack: how every deployment and preview is begun."""

from collections.abc import Callable
from typing import Any

from ops.engine import operate
from ops.progress import Progress, Silence
from ops.screen import Screen
from ops.workspace import Workspace


def deploy(operation: Callable[..., object], workspace: Workspace, screen: Screen, **more: Any) -> Progress:
    """Run the program with the policy pack; warnings are shown, problems raise OpsError. `more` goes to `operation`."""
    with screen.running("program and policies"):
        progress = operate(operation, screen, **workspace.policy_arguments(), **more)
    warn(progress, screen)
    return progress


def planned(operation: Callable[..., object], workspace: Workspace, screen: Screen, **more: Any) -> Progress:
    """What a preview says, and nothing shown of it: a deployment after it shows all. Raises OpsError as `deploy`."""
    with screen.running("program and policies"):
        return operate(operation, Silence(), **workspace.policy_arguments(), **more)


def warn(progress: Progress, screen: Screen) -> None:
    """Show its warnings."""
    for warning in progress.warnings:
        screen.warning(warning)
