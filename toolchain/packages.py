"""Debian packages that this machine lacks, installed after saying so."""

import os
import shutil
import subprocess

from toolchain.errors import ToolchainError
from toolchain.say import say

_APT_SECONDS = 900
"""Bound on one apt-get command: a slow mirror is waited for, a hanging one is not."""


def ensure_package(name: str, why: str) -> None:
    """Install Debian package `name` unless it is there; `why` completes "installing NAME: …".

    Raises:
        ToolchainError: not root, no apt-get, or the mirror does not give it.
    """
    if _installed(name):
        return
    if shutil.which("apt-get") is None:
        raise ToolchainError(f"{name} is lacking ({why}) and there is no apt-get here; install it by hand")
    if os.geteuid() != 0:
        raise ToolchainError(f"{name} is lacking ({why}); as root run: apt-get install {name}")
    say(f"installing {name}: {why}")
    _apt(name, "update")
    _apt(name, "install", "--yes", "--no-install-recommends", name)


def _installed(name: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout == "installed"


def _apt(package: str, *arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        result = subprocess.run(
            ["apt-get", "--quiet", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_APT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolchainError(
            f"apt-get {arguments[0]} for {package}: no end after {_APT_SECONDS} s; try again"
        ) from error
    if result.returncode != 0:
        last = (result.stderr.strip() or result.stdout.strip() or "no output").splitlines()[-1]
        raise ToolchainError(f"apt-get {arguments[0]} for {package} failed: {last}; check /etc/apt and try again")
