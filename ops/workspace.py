"""Opens a stack of this checkout on the Automation API: the same program, backend and files as `pulumi` by hand."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pulumi import automation as auto

# Not offered by the package, though the public constructor of a stack takes it.
from pulumi.automation._stack import StackInitMode
from semver import VersionInfo

import toolchain
from ops import backend
from ops.errors import OpsError
from ops.messages import command_failure
from ops.state import State
from toolchain import versions

POLICY_PACK = "policies"
_CHECKOUT = Path(__file__).resolve().parents[1]


def project_root(folder: Path) -> Path:
    """The project that a shell in `folder` means, found as `pulumi` finds it: upwards; else this checkout."""
    return next((each for each in (folder, *folder.parents) if (each / "Pulumi.yaml").exists()), _CHECKOUT)


class EngineStack(auto.Stack):
    """A stack that is not asked for its outputs and its history after every operation: nobody reads them here.

    Measured on two cores: 1.0 s of an unchanged `up` of 9.2 s.
    """

    def outputs(self) -> auto.OutputMap:
        """None; events have told them."""
        return {}

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:  # noqa: ARG002 - the API's own signature
        """Nothing; events have told it."""
        return auto.UpdateSummary(
            kind="", start_time=datetime.now(UTC), message="", environment={}, config={}, result=""
        )


class _PinnedCommand(auto.PulumiCommand):
    """The engine on PATH, not asked for its version once more (0.2 s): `prepared` has seen that it is the pin."""

    def __init__(self) -> None:
        self.command = "pulumi"
        self.version = VersionInfo.parse(versions.PULUMI)


class Workspace:
    """One stack of one checkout."""

    def __init__(self, stack: str, root: Path) -> None:
        """Open nothing yet; `root` holds Pulumi.yaml."""
        self.name = stack
        self.root = root

    @classmethod
    def prepared(cls, stack: str, root: Path) -> "Workspace":
        """A workspace whose engine is the pinned one, whose settings file is there and whose state can be read.

        Raises:
            OpsError: no Pulumi.<stack>.yaml, no engine, or one of another version than the pin.
        """
        workspace = cls(stack, root)
        workspace.require_settings_file()
        try:
            # The engine's children look for plugins on the PATH of this process.
            os.environ.update(toolchain.environment())
        except toolchain.ToolchainError as error:
            raise OpsError(str(error)) from error
        backend.drop_torn_attributes(workspace.project)
        return workspace

    @property
    def settings_file(self) -> Path:
        """`Pulumi.<stack>.yaml`."""
        return self.root / f"Pulumi.{self.name}.yaml"

    @property
    def project(self) -> str:
        """The project's name in Pulumi.yaml."""
        return str(yaml.safe_load((self.root / "Pulumi.yaml").read_text())["name"])

    def require_settings_file(self) -> None:
        """Raise OpsError where the stack has no settings: a misspelt name must not create a stack."""
        if not self.settings_file.exists():
            known = ", ".join(sorted(path.name.split(".")[1] for path in self.root.glob("Pulumi.*.yaml"))) or "none"
            raise OpsError(f"stack {self.name!r}: {self.settings_file.name} is not there (stacks: {known})")

    def select(self) -> auto.Stack:
        """The stack, which must exist. Raises auto.StackNotFoundError, or OpsError for any other failure."""
        with engine_errors():
            return EngineStack(self.name, self._local(), StackInitMode.SELECT)

    def select_or_create(self) -> auto.Stack:
        """The stack; created, with a passphrase, where the backend has none of this name."""
        with engine_errors():
            return EngineStack(self.name, self._local(), StackInitMode.CREATE_OR_SELECT)

    def state(self, stack: auto.Stack) -> State:
        """The stack's state with its secrets still encrypted; the API's own export would decrypt them."""
        return State(json.loads(self.run(stack, ["stack", "export"])))

    def deployed(self) -> State:
        """The state of a stack that is up, secrets still encrypted. Raises OpsError where it is not."""
        try:
            return self.state(self.select())
        except auto.StackNotFoundError:
            raise OpsError(f"stack {self.name!r} is not up: hft up {self.name}") from None

    def run(self, stack: auto.Stack, args: list[str]) -> str:
        """What a `pulumi` command for this stack prints. Raises OpsError where it fails."""
        with engine_errors():
            command = stack.workspace.pulumi_command
            return command.run([*args, "--stack", self.name], str(self.root), stack.workspace.env_vars).stdout

    def policy_arguments(self) -> dict[str, list[str]]:
        """The policy pack, always; its levels for this stack where `policies/<stack>.json` says some."""
        levels = self.root / POLICY_PACK / f"{self.name}.json"
        found = {"policy_packs": [str(self.root / POLICY_PACK)]}
        return found | ({"policy_pack_configs": [str(levels)]} if levels.exists() else {})

    def _local(self) -> auto.LocalWorkspace:
        return auto.LocalWorkspace(
            work_dir=str(self.root), secrets_provider="passphrase", pulumi_command=_PinnedCommand()
        )


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn a failed engine command into one clear OpsError; StackNotFoundError passes through."""
    try:
        yield
    except auto.StackNotFoundError:
        raise
    except auto.CommandError as error:
        raise OpsError(command_failure(str(error))) from error


def secret_output(stack: auto.Stack, workspace: Workspace, name: str) -> str:
    """The text of a secret output, in clear."""
    found: str = json.loads(workspace.run(stack, ["stack", "output", name, "--json", "--show-secrets"]))
    return found
