"""What a deployment was made from, as one number."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

OUTPUT = "program"
"""The stack's output that holds it."""

_CODE = ("components", "stacks", "toolchain")
_FILES = ("__main__.py", "Pulumi.yaml", "images/lock.json", "requirements.txt")


def digest(folder: Path, stack: str) -> str:
    """SHA-256, in hexadecimal, of the program in the folder, its packages, its images and the stack's settings.

    A preview does not tell all that a deployment writes into the state, such as what depends on what. Where this number
    is the one of the last deployment, there is nothing else to write.
    """
    hashed = hashlib.sha256()
    for file in _files(folder, stack):
        content = file.read_bytes()
        hashed.update(f"{file.relative_to(folder)}\n{len(content)}\n".encode())
        hashed.update(content)
    return hashed.hexdigest()


def _files(folder: Path, stack: str) -> Iterator[Path]:
    """In an order of their own; without what Python has compiled, and what is not there."""
    named = [folder / name for name in (*_FILES, f"Pulumi.{stack}.yaml")]
    yield from (file for file in named if file.is_file())
    for code in _CODE:
        found = (folder / code).rglob("*")
        yield from sorted(file for file in found if file.is_file() and "__pycache__" not in file.parts)
