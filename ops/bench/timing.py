"""Whole processes, timed from outside, and the deployed state of a sandbox."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ops.errors import OpsError
from ops.sandbox import CHECKOUT, Sandbox
from ops.state import State

RUNS = 3
"""How often each thing is measured; the page shows medians."""


def timed(command: Sequence[str], cwd: Path = CHECKOUT) -> float:
    """Seconds that a command takes. Raises OpsError where it fails."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OpsError(f"{' '.join(command[-3:])} failed: {(done.stderr or done.stdout).strip()}")
    return time.monotonic() - began


def deployed(box: Sandbox) -> State:
    """The sandbox's state, its secrets in clear: they protect nothing but the sandbox."""
    command = ["pulumi", "stack", "export", "--show-secrets", "--stack", box.stack, "--non-interactive"]
    done = subprocess.run(command, cwd=box.root, capture_output=True, text=True, check=True)
    return State(_in_clear(json.loads(done.stdout)))


def uploads(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Path and text of each file that a container gets."""
    for upload in inputs.get("uploads", []):
        yield upload["file"], upload["content"]


def _in_clear(value: Any) -> Any:
    if isinstance(value, dict):
        return json.loads(value["plaintext"]) if "plaintext" in value else {k: _in_clear(v) for k, v in value.items()}
    return [_in_clear(item) for item in value] if isinstance(value, list) else value
