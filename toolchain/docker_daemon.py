"""A Docker daemon that answers: the one that runs, else the one that is installed, else Debian's."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import docker
from docker.errors import DockerException

from toolchain import paths
from toolchain.errors import ToolchainError
from toolchain.packages import ensure_package
from toolchain.say import say

_SOCKET = Path("/var/run/docker.sock")
_SYSTEMD = Path("/run/systemd/system")
"""There when systemd is the init system: sd_booted(3)."""
_started: list[subprocess.Popen[bytes]] = []
"""Kept: Python warns of a forgotten child that still runs, and this one is meant to outlive us."""

_START_SECONDS = 60
"""dockerd on a busy two-core machine answers after 3 to 10 s; a first start that sets up storage takes longer."""


def ensure_docker() -> str:
    """Version and address of the daemon in use, started or installed where needed.

    Raises:
        ToolchainError: `DOCKER_HOST` does not answer, no permission, or no daemon can be had.
    """
    address = os.environ.get("DOCKER_HOST") or f"unix://{_SOCKET}"
    version = daemon_version()
    if version is None:
        _start()
        version = daemon_version()
    return f"{version} at {address}"


def daemon_version() -> str | None:
    """Version of the daemon that the environment points at, None when it does not answer within 5 s."""
    try:
        client = docker.DockerClient.from_env(timeout=5)
        try:
            return str(client.version()["Version"])
        finally:
            client.close()
    except (DockerException, OSError):
        return None


def _start() -> None:
    host = os.environ.get("DOCKER_HOST")
    if host:
        raise ToolchainError(f"DOCKER_HOST={host} does not answer; start that daemon or unset DOCKER_HOST")
    if _SOCKET.exists() and not os.access(_SOCKET, os.R_OK | os.W_OK):
        raise ToolchainError(f"no permission for {_SOCKET}; add this user to the group docker, or run as root")
    if shutil.which("dockerd") is None:
        ensure_package("docker.io", f"no Docker daemon answers at {_SOCKET}")
    if os.geteuid() != 0:
        raise ToolchainError("the Docker daemon does not run; as root run: systemctl start docker")
    if _SYSTEMD.is_dir():
        _start_by_systemd()
    else:
        _start_by_hand()


def _start_by_systemd() -> None:
    say("starting Docker: systemctl start docker")
    result = subprocess.run(["systemctl", "start", "docker"], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise ToolchainError(f"systemctl start docker failed: {result.stderr.strip()}; see: journalctl -u docker")
    if not _answers(lambda: True):
        raise ToolchainError(f"docker.service runs but {_SOCKET} does not answer; see: journalctl -u docker")


def _start_by_hand() -> None:
    log = paths.STATE / "dockerd.log"
    say(f"starting dockerd in the background (no init system here), log {log}")
    with log.open("ab") as output:
        # Its own session: it outlives this command and the terminal.
        process = subprocess.Popen(
            ["dockerd"], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", start_new_session=True
        )
    _started.append(process)
    if not _answers(lambda: process.poll() is None):
        last = (log.read_text(errors="replace").splitlines() or ["no output"])[-1]
        raise ToolchainError(f"dockerd does not answer at {_SOCKET}: {last}; log: {log}")


def _answers(alive: Callable[[], bool]) -> bool:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and alive():
        if daemon_version() is not None:
            return True
        time.sleep(0.3)
    return False
