"""The password file that the printed psql commands name: written from the stack's secret output, for its owner only."""

import os
from pathlib import Path

OUTPUT = "pgpass"
"""Stack output with lines `address:port:database:role:password`; a secret."""


def pgpass_path(root: Path, stack: str) -> Path:
    """Where the password file of a stack is: `.hft/pgpass-<stack>`."""
    return root / ".hft" / f"pgpass-{stack}"


def write_pgpass(path: Path, text: str) -> None:
    """Write the file; libpq ignores one that others may read."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
