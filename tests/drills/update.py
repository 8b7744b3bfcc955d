"""What `hft` does to the drilled stack, as a process of its own; its program is not the checkout's, so its settings are
not asked for.

`python -m tests.drills.update ROOT STACK up`, `… rotate NAME` (a secret) or `… renew` (all certificates).
"""

import json
import sys
from pathlib import Path

import yaml

from components.hosts import HostSettings
from ops import certs, rotate, up
from ops.errors import OpsError
from ops.screen import Screen
from ops.wanted import Wanted
from ops.workspace import Workspace

_LEVELS = Path(__file__).parent / "policies.json"


class DrilledWorkspace(Workspace):
    """A workspace whose stack need not have what only some drills have: backups."""

    def policy_arguments(self) -> dict[str, list[str]]:
        """The policy pack at the drills' own levels."""
        return {**super().policy_arguments(), "policy_pack_configs": [str(_LEVELS)]}


def update(workspace: Workspace, screen: Screen, command: str, *arguments: str) -> None:
    """Run one command. Raises OpsError as `hft` does."""
    config = yaml.safe_load(workspace.settings_file.read_text())["config"]
    wanted = Wanted(hosts=tuple(HostSettings.model_validate(host) for host in config["hft:hosts"]))
    anew: list[str] = []
    if command == "rotate":
        anew = [rotate.to_rotate(workspace.deployed(), *arguments)]
        rotate.release(workspace, workspace.select(), *anew)
    elif command == "renew":
        anew = certs.to_renew(certs.certificates(workspace), [])
    up.up(workspace, wanted, screen, replace=anew)


def main(root: str, stack: str, *command: str) -> int:
    """Run one command; 1 where it failed."""
    screen = Screen()
    try:
        update(DrilledWorkspace.prepared(stack, Path(root)), screen, *command)
    except OpsError as error:
        print(json.dumps(error.problems), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
