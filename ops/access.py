"""Files by which people and commands log in: written from the stack's secret outputs, for their owner only."""

import os
from pathlib import Path

PGPASS = "pgpass"
"""Stack output with lines `address:port:database:role:password`, as libpq reads them; a secret."""
GRAFANA_TOKEN = "grafana-token"
"""Stack output with the token of a Grafana account that may look and ask data sources; a secret."""
OUTPUTS = (PGPASS, GRAFANA_TOKEN)


def path_of(output: str, root: Path, stack: str) -> Path:
    """Where an output of a stack is written: `.hft/pgpass-<stack>`, which the printed psql commands name."""
    return root / ".hft" / f"{output}-{stack}"


def write(path: Path, text: str) -> None:
    """Write the file; libpq ignores one that others may read."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
