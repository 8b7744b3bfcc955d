"""A twin of the `dev` stack that can live beside it: names, ports, subnet and state of its own."""

import io
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

import toolchain
from ops import down, settings_file, up
from ops.screen import Screen
from ops.workspace import Workspace
from stacks.settings import StackSettings
from tests.stacks.conftest import ROOT, config

NAME = "twin"
_PORTS_ABOVE_DEV = 5000
_SUBNET, _TWIN_SUBNET = "10.89.7.", "10.89.8."
_SHARED = (".venv", "Pulumi.yaml", "components", "images", "ops", "stacks")

Values = dict[str, Any]


@dataclass(frozen=True)
class Twin:
    """A folder that looks like a checkout with one stack."""

    root: Path

    @classmethod
    def made(cls, root: Path) -> "Twin":
        """Write the folder: the program, settings and pack of this checkout."""
        (root / "state").mkdir(parents=True)
        for name in (*_SHARED, "policies", "__main__.py"):
            (root / name).symlink_to(ROOT / name)
        twin = cls(root)
        twin.write(settings())
        return twin

    def environment(self) -> dict[str, str]:
        """What an engine run in the folder needs; raises ToolchainError where there is no engine."""
        return {
            **toolchain.environment(),
            "PULUMI_BACKEND_URL": (self.root / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "twin",
            "PULUMI_CONFIG_PASSPHRASE_FILE": "",
        }

    def write(self, values: Values) -> None:
        """Replace the settings; what the engine has added to the file stays."""
        file = self.root / f"Pulumi.{NAME}.yaml"
        kept = yaml.safe_load(file.read_text()) if file.exists() else {}
        kept["config"] = {f"hft:{key}": value for key, value in values.items()}
        file.write_text(yaml.safe_dump(kept, sort_keys=False))

    def also(self, program: str) -> None:
        """Let the program register more."""
        main = self.root / "__main__.py"
        main.unlink()
        main.write_text(f"{(ROOT / '__main__.py').read_text()}\n{program}")

    def as_committed(self) -> None:
        """Take back what `also` has added."""
        main = self.root / "__main__.py"
        main.unlink()
        main.symlink_to(ROOT / "__main__.py")

    def hft(self, command: str) -> list[str]:
        """The lines of `hft up`, `preview`, `down` or `down --volumes` (purge), times cut off; raises OpsError."""
        out = io.StringIO()
        console = Console(file=out, highlight=False, soft_wrap=True)
        screen = Screen(out=console, err=console)
        workspace = Workspace.prepared(NAME, self.root)
        if command == "up":
            up.up(workspace, settings_file.read(workspace), screen)
        elif command == "preview":
            up.preview(workspace, settings_file.read(workspace), screen)
        else:
            down.down(workspace, screen, volumes=command == "purge")
        return [re.sub(r" +\d+\.\d s$", "", line) for line in out.getvalue().splitlines()]

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine by hand, as a user in the folder would."""
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=self.root,
            env=os.environ | self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )


def settings(stack: str = "dev") -> Values:
    """The settings of a committed stack, moved aside."""
    values: Values = StackSettings.model_validate(config(stack)).model_dump(mode="json", exclude_none=True)
    moved: Values = _moved(values)
    return moved


def steps(lines: list[str]) -> set[str]:
    """What an `up` has changed."""
    return {line.removeprefix("✓ ") for line in lines if re.match(r"✓ (created|updated|deleted|imported) ", line)}


def _moved(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _moved(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, key) for item in value]
    if isinstance(value, str) and value.startswith(_SUBNET):
        return value.replace(_SUBNET, _TWIN_SUBNET)
    if key.endswith("_port"):
        return value + _PORTS_ABOVE_DEV
    return value
