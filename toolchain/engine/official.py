"""The engine from Pulumi's own installer, where its site answers within seconds."""

import os
import subprocess
import tempfile
from pathlib import Path

import httpx

from toolchain import versions
from toolchain.say import say

INSTALLER = "https://get.pulumi.com/install.sh"
_ANSWER_SECONDS = 3.0
_INSTALL_SECONDS = 300


def site_answers(url: str = INSTALLER) -> bool:
    """Whether Pulumi's download site is reachable from here, within seconds."""
    return _get(url) is not None


def download(folder: Path, url: str = INSTALLER) -> bool:
    """Install the pinned engine into `folder`; False, after a line that says so, when the site does not give it."""
    script = _get(url)
    if script is None:
        say(f"{httpx.URL(url).host} does not answer within {_ANSWER_SECONDS:g} s: the engine is built here instead")
        return False
    say(f"installing the Pulumi engine {versions.PULUMI} with the official installer")
    try:
        return _run(script, folder)
    except (OSError, subprocess.SubprocessError) as error:
        say(f"the official installer failed ({error}): the engine is built here instead")
        return False


def _get(url: str) -> str | None:
    try:
        response = httpx.get(url, timeout=_ANSWER_SECONDS, follow_redirects=True)
    except httpx.HTTPError:
        return None
    return response.text if response.is_success and response.text.startswith("#!") else None


def _run(script: str, folder: Path) -> bool:
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "install.sh"
        file.write_text(script)
        arguments = ["--no-edit-path", "--install-root", str(folder), "--version", versions.PULUMI]
        subprocess.run(
            ["/bin/sh", str(file), *arguments],
            env=os.environ | {"HOME": temporary},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
            check=True,
        )
    return (folder / "bin" / "pulumi").exists()
