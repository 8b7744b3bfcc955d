"""A twin of the `dev` stack that can live beside it: names, ports, subnet and state of its own."""

import io
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from rich.console import Console

import toolchain
from ops.sandbox import Sandbox
from ops.screen import Screen
from stacks.settings import StackSettings
from tests.leftovers import remove_stack
from tests.stacks.conftest import ROOT, config

NAME = "twin"
_PORTS_ABOVE_DEV = 5000
_SUBNET, _TWIN_SUBNET = "10.89.7.", "10.89.8."


@contextmanager
def prepared(root: Path, host: DockerClient) -> Iterator["Twin"]:
    """The twin's folder, with the engine's environment; what it has on the host is removed before and after."""
    if not (ROOT / "images" / "lock.json").exists():
        pytest.skip("images/lock.json is missing: run `hft images build`")
    made = Twin.beside_dev(root)
    remove_stack(host, NAME)
    with pytest.MonkeyPatch.context() as patch:
        try:
            environment = made.environment()
        except toolchain.ToolchainError as error:
            pytest.skip(f"no engine here: {error}")
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            yield made
        finally:
            remove_stack(host, NAME)


class Twin(Sandbox):
    """A folder that looks like a checkout with one stack."""

    @classmethod
    def beside_dev(cls, root: Path) -> "Twin":
        """Write the folder."""
        made = Sandbox.made(root, NAME, settings())
        return cls(made.root, made.stack)

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
        """The lines of a command, times cut off; raises OpsError."""
        out = io.StringIO()
        console = Console(file=out, highlight=False, soft_wrap=True)
        self.run(command, Screen(out=console, err=console))
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

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a documented command in the folder, for this stack instead of `dev`; nobody is there to confirm."""
        return subprocess.run(
            ["bash", "-c", re.sub(r"\bdev\b", self.stack, command)],
            cwd=self.root,
            env=os.environ | self.environment() | {"PULUMI_SKIP_CONFIRMATIONS": "true"},
            capture_output=True,
            text=True,
            check=False,
        )


def readme_commands(heading: str) -> list[str]:
    """The commands below a heading of the README, without the one that reads what set-up wrote."""
    section = (ROOT / "README.md").read_text().partition(f"## {heading}\n")[2]
    block = section.partition("```console\n")[2].partition("```")[0]
    commands = [line.partition("#")[0].strip() for line in block.splitlines()]
    return [command for command in commands if command != ". .hft/env"]


def settings(stack: str = "dev") -> dict[str, Any]:
    """The settings of a committed stack, moved aside."""
    values = StackSettings.model_validate(config(stack)).model_dump(mode="json", exclude_none=True)
    moved: dict[str, Any] = _moved(values)
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
