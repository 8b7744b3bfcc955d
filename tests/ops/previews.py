"""Builds previews as `pulumi preview --json --show-sames --show-replacement-steps` of 3.259.0 prints them."""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from ops.state import CONTAINER, VOLUME

DATABASE = "postgresql:index/database:Database"
SCHEMA = "postgresql:index/schema:Schema"
_SHOWN = {"replace": ("delete-replaced", "replace", "create-replacement")}
"""What the engine shows of one change where that is more than one step."""
_UNCOUNTED = ("delete-replaced", "create-replacement", "import-replacement", "read-replacement", "refresh")


def urn(kind: str, name: str, stack: str = "prod") -> str:
    return f"urn:pulumi:{stack}::hft::hft:part:Part${kind}::{name}"


def step(op: str, kind: str, name: str, stack: str = "prod", /, **inputs: Any) -> dict[str, Any]:
    state = {"urn": urn(kind, name, stack), "custom": True, "type": kind, "inputs": inputs}
    found: dict[str, Any] = {"op": op, "urn": urn(kind, name, stack), "detailedDiff": None}
    if op != "create":
        found["oldState"] = state
    if op not in ("delete", "delete-replaced"):
        found["newState"] = state
    return found


def steps(op: str, kind: str, name: str, stack: str = "prod", /, **inputs: Any) -> list[dict[str, Any]]:
    return [step(each, kind, name, stack, **inputs) for each in _SHOWN.get(op, (op,))]


def slot(op: str, name: str, *, tier: str = "engine", stack: str = "prod") -> list[dict[str, Any]]:
    """A container whose Docker name has its stack in it."""
    return steps(op, CONTAINER, name, stack, name=f"hft-{stack}-{name}", labels=[{"label": "hft.tier", "value": tier}])


def volume(op: str, name: str = "data", stack: str = "prod") -> list[dict[str, Any]]:
    return steps(op, VOLUME, name, stack, name=f"hft-{stack}-{name}")


def document(*shown: list[dict[str, Any]], stack: str = "prod", **more: Any) -> dict[str, Any]:
    """A whole preview; the stack's own resource stays as it is."""
    found = [step("same", "pulumi:pulumi:Stack", f"hft-{stack}", stack), *(each for part in shown for each in part)]
    counted = Counter(each["op"] for each in found if each["op"] not in _UNCOUNTED)
    return {"config": {"hft:k": "[secret]"}, "steps": found, "duration": 1, "changeSummary": dict(counted)} | more


def written(folder: Path, *shown: list[dict[str, Any]], stack: str = "prod", **more: Any) -> Path:
    """The preview as a file."""
    file = folder / "preview.json"
    file.write_text(json.dumps(document(*shown, stack=stack, **more)))
    return file


def approval(folder: Path, **fields: Any) -> Path:
    """An approval as a file; `fields` change or, where they are None, remove its keys."""
    given = {"commit": "0" * 40, "urns": [], "approved_by": "j.doe", "reason": "moved"} | fields
    file = folder / "approval.yaml"
    file.write_text(yaml.safe_dump({key: value for key, value in given.items() if value is not None}))
    return file


def committed(folder: Path) -> str:
    """Make the folder a git checkout with one commit, and return its hash."""
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t"]
    for arguments in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message=x"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True)
    return told.stdout.strip()
