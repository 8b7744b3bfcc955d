"""`hft docs`: writes the pages that describe code, each from what it describes, so that none can lie."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ops import settings_file
from ops.errors import OpsError
from ops.screen import Screen
from policies import catalogue
from stacks import metrics, reference, tuning

RULES_PAGE = Path("policies/README.md")

_DIAGRAM = Path("docs/diagram.py")


def write(root: Path, screen: Screen) -> None:
    """Bring the generated pages and the picture up to date, and say which were not.

    Raises:
        OpsError: wrong settings in a stack file; or the picture is old and Graphviz is missing.
    """
    for page, text in pages(root).items():
        if _replace(root / page, text):
            screen.step(f"wrote {page}")
    _draw(root)
    screen.line("all pages are up to date")


def pages(root: Path) -> Mapping[Path, str]:
    """What every generated page should say, by its path below `root`."""
    dev, prod = settings_file.dev_and_prod(root)
    return {
        reference.SETTINGS_PAGE: reference.settings_page(),
        reference.ENVIRONMENTS_PAGE: reference.environments_page(dev, prod),
        tuning.TUNING_PAGE: tuning.tuning_page(),
        metrics.METRICS_PAGE: metrics.metrics_page(),
        RULES_PAGE: catalogue.render(),
    }


def _replace(page: Path, text: str) -> bool:
    if page.exists() and page.read_text() == text:
        return False
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
    return True


def _draw(root: Path) -> None:
    # A script beside its text, which is no package: it needs nothing of ours.
    drawn = subprocess.run([sys.executable, root / _DIAGRAM], capture_output=True, text=True, check=False)
    if drawn.returncode:
        raise OpsError(drawn.stderr.strip())
