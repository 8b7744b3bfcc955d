"""A folder that looks like this checkout with one stack of its own: for benchmarks and tests beside a real stack.

`python -m ops.sandbox ROOT STACK up|preview|down|purge` runs one command there, as `hft` does here.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import toolchain
from ops import down, settings_file, up
from ops.errors import OpsError
from ops.screen import Screen
from ops.workspace import Workspace
from stacks.load import NAMESPACE

CHECKOUT = Path(__file__).resolve().parents[1]
_SHARED = (".venv", "Pulumi.yaml", "__main__.py", "components", "images", "ops", "policies", "stacks")


@dataclass(frozen=True)
class Sandbox:
    """One stack with its own settings, state and passphrase; program, pack and images are this checkout's."""

    root: Path
    stack: str

    @classmethod
    def made(cls, root: Path, stack: str, settings: dict[str, Any]) -> "Sandbox":
        """Write the folder; `settings` by area, as in Pulumi.<stack>.yaml."""
        (root / "state").mkdir(parents=True)
        for name in _SHARED:
            (root / name).symlink_to(CHECKOUT / name)
        sandbox = cls(root, stack)
        sandbox.write(settings)
        return sandbox

    @property
    def settings_file(self) -> Path:
        """`Pulumi.<stack>.yaml`."""
        return self.root / f"Pulumi.{self.stack}.yaml"

    def write(self, settings: dict[str, Any]) -> None:
        """Replace the settings; what the engine has added to the file stays."""
        kept = yaml.safe_load(self.settings_file.read_text()) if self.settings_file.exists() else {}
        kept["config"] = {f"{NAMESPACE}:{area}": value for area, value in settings.items()}
        self.settings_file.write_text(yaml.safe_dump(kept, sort_keys=False))

    def environment(self) -> dict[str, str]:
        """What an engine run in the folder needs. Raises toolchain.ToolchainError where there is no engine."""
        return {
            **toolchain.environment(),
            "PULUMI_BACKEND_URL": (self.root / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "sandbox",
            "PULUMI_CONFIG_PASSPHRASE_FILE": "",
        }

    def deploy(self, program: Path) -> None:
        """Bring another program than the checkout's up, without policies.

        Raises:
            OpsError: there is no engine, or it fails.
        """
        main = self.root / "__main__.py"
        main.unlink()
        main.symlink_to(program)
        self._engine("stack", "init", self.stack, "--secrets-provider", "passphrase")
        self._engine("up", "--stack", self.stack, "--yes", "--skip-preview")

    def outputs(self) -> dict[str, Any]:
        """What the stack exports, with the secrets among it. Raises OpsError as `deploy`."""
        told = self._engine("stack", "output", "--stack", self.stack, "--json", "--show-secrets")
        return dict(json.loads(told))

    def _engine(self, *arguments: str) -> str:
        """What a `pulumi` command in the folder prints."""
        try:
            environment = os.environ | self.environment()
        except toolchain.ToolchainError as error:
            raise OpsError(str(error)) from error
        argv = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        ran = subprocess.run(argv, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise OpsError(f"pulumi {arguments[0]}: {ran.stdout.strip()}\n{ran.stderr.strip()}")
        return ran.stdout

    def argv(self, command: str) -> list[str]:
        """The command as a process of its own."""
        return [sys.executable, "-m", "ops.sandbox", str(self.root), self.stack, command]

    def run(self, command: str, screen: Screen) -> None:
        """`up`, `preview`, `down`, or `purge` (down with volumes), in an environment as `environment` says."""
        workspace = Workspace.prepared(self.stack, self.root)
        if command == "up":
            up.up(workspace, settings_file.read(workspace), screen)
        elif command == "preview":
            up.preview(workspace, settings_file.read(workspace), screen)
        else:
            down.down(workspace, screen, volumes=command == "purge")


def main(root: str, stack: str, command: str) -> int:
    """Run one command; 1 where it failed."""
    screen = Screen()
    try:
        Sandbox(Path(root), stack).run(command, screen)
    except OpsError as error:
        for problem in error.problems:
            screen.error(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
