"""Runs one command of `hft` on a small project, as a process of its own: `python -m tests.ops.drive ROOT up`."""

import sys
from pathlib import Path

from components.hosts import HostSettings
from ops import down, up
from ops.errors import OpsError
from ops.screen import Screen
from ops.wanted import Wanted
from ops.workspace import Workspace
from tests.ops.conftest import ENDPOINT, STACK

HOST = HostSettings.model_validate(
    {"name": "local", "docker_endpoint": ENDPOINT, "address": "127.0.0.1", "failure_domain": "r1", "cpus": "0"}
)


def drive(root: Path, command: str, screen: Screen) -> None:
    """Run `up`, `preview`, `down` or `purge` (down with volumes). Raises OpsError as the command does."""
    workspace = Workspace.prepared(STACK, root)
    wanted = Wanted(hosts=(HOST,))
    if command == "up":
        up.up(workspace, wanted, screen)
    elif command == "preview":
        up.preview(workspace, wanted, screen)
    else:
        down.down(workspace, screen, volumes=command == "purge")


def main() -> None:
    """The entry point."""
    screen = Screen()
    try:
        drive(Path(sys.argv[1]), sys.argv[2], screen)
    except OpsError as error:
        for problem in error.problems:
            screen.error(problem)
        sys.exit(1)


if __name__ == "__main__":
    main()
