"""`hft settings diff`: what differs between dev and prod, as rows."""

from pathlib import Path

from ops import settings_file
from stacks import reference

HEADS = ("setting", "dev", "prod")


def rows(root: Path) -> list[tuple[str, str, str]]:
    """Path, value in dev, value in prod of each setting that differs. Raises OpsError where a stack file is wrong."""
    return reference.differences(*settings_file.dev_and_prod(root))
