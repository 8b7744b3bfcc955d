"""The sandbox of a benchmark: the settings of `dev`, under the stack name `bench`, on a machine with no other stack."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker import DockerClient

import toolchain
from components._common.labels import PROJECT
from ops import docker_hosts
from ops.errors import OpsError
from ops.sandbox import CHECKOUT, Sandbox
from ops.settings_file import settings_of

STACK = "bench"
_ENDPOINT = "unix:///var/run/docker.sock"


@contextmanager
def sandbox() -> Iterator[tuple[Sandbox, DockerClient]]:
    """An empty sandbox and the machine's Docker; what it has deployed is removed at the end.

    Raises:
        OpsError: no Docker or no engine answers, or a stack of ours runs.
    """
    with docker_hosts.connected(_ENDPOINT) as client, tempfile.TemporaryDirectory(prefix="hft-bench-") as folder:
        _require_quiet(client)
        box = Sandbox.made(Path(folder) / "checkout", STACK, settings("dev"))
        try:
            os.environ.update(box.environment())
        except toolchain.ToolchainError as error:
            raise OpsError(str(error)) from error
        try:
            yield box, client
        finally:
            subprocess.run(box.argv("purge"), cwd=CHECKOUT, capture_output=True, check=False)


def settings(stack: str) -> dict[str, Any]:
    """The settings of a committed stack, by area."""
    return settings_of(CHECKOUT / f"Pulumi.{stack}.yaml").model_dump(mode="json", exclude_none=True)


def _require_quiet(client: DockerClient) -> None:
    """Raise OpsError where a stack of ours runs: both would be slower, and `dev` has the same ports."""
    running = [each.name for each in client.containers.list(filters={"label": f"hft.project={PROJECT}"})]
    if running:
        raise OpsError(f"{len(running)} containers of ours run here, such as {running[0]}: take them down: make down")
