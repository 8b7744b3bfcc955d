"""A step of a workflow, run as a runner runs it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def run_step(
    step: Mapping[str, Any], checkout: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run its script in the checkout: in bash without anybody's profile, and ending at what fails first."""
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(bash, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
