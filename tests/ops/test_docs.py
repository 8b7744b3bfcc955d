"""The generated pages: written from what they describe; a stale one fails a test beside its source."""

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from ops import docs
from ops.errors import OpsError
from ops.screen import Screen

ROOT = Path(__file__).parents[2]
GENERATED = [
    "docs/reference/settings.md",
    "docs/reference/environments.md",
    "docs/reference/tuning.md",
    "docs/reference/metrics.md",
    "policies/README.md",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with what the pages are made of, and the pages."""
    (tmp_path / "docs").mkdir()
    for name in ("Pulumi.dev.yaml", "Pulumi.prod.yaml", "docs/architecture.dot", "docs/diagram.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "docs/architecture.svg", tmp_path / "docs")
    write(tmp_path)
    return tmp_path


def write(root: Path) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True)
    docs.write(root, Screen(out=console, err=console))
    return out.getvalue().splitlines()


def test_the_pages_of_this_checkout_are_up_to_date() -> None:
    stale = [str(page) for page, text in docs.pages(ROOT).items() if (ROOT / page).read_text() != text]
    assert stale == [], "run: make docs"


def test_every_page_is_written(root: Path) -> None:
    for page in GENERATED:
        (root / page).unlink()
    assert write(root) == [*(f"✓ wrote {page}" for page in GENERATED), "all pages are up to date"]
    assert {page: (root / page).read_text() for page in docs.pages(root)} == docs.pages(root)


def test_pages_that_are_up_to_date_are_left_alone(root: Path) -> None:
    before = [(root / page).stat().st_mtime_ns for page in GENERATED]
    assert write(root) == ["all pages are up to date"]
    assert [(root / page).stat().st_mtime_ns for page in GENERATED] == before


def test_only_the_page_whose_source_changed_is_written(root: Path) -> None:
    stack = root / "Pulumi.prod.yaml"
    stack.write_text(stack.read_text().replace("retention_days: 30", "retention_days: 31"))
    assert write(root) == ["✓ wrote docs/reference/environments.md", "all pages are up to date"]
    assert "| `monitoring.retention_days` | `2` | `31` |\n" in (root / GENERATED[1]).read_text()


def test_an_old_picture_without_graphviz_is_one_line(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "docs/architecture.dot").write_text("digraph { a -> b }\n")
    (root / GENERATED[0]).unlink()
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(OpsError) as refused:
        write(root)
    assert refused.value.problems == (
        "docs/architecture.svg is older than its text, and `dot` is missing: apt-get install graphviz",
    )
    assert (root / GENERATED[0]).exists()


def test_an_old_picture_is_drawn_where_graphviz_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "docs/architecture.dot").write_text("digraph { a -> b }\n")
    dot = root / "dot"
    dot.write_text('#!/bin/sh\necho "<svg>$1 $(cat "$2")</svg>"\n')
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{root}:/usr/bin:/bin")
    write(root)
    drawn = (root / "docs/architecture.svg").read_text()
    assert drawn.startswith("<svg>-Tsvg digraph { a -> b }</svg>\n<!-- drawn from architecture.dot ")
    assert write(root) == ["all pages are up to date"]


def test_a_wrong_stack_file_is_one_error_and_writes_nothing(root: Path) -> None:
    stack = root / "Pulumi.dev.yaml"
    stack.write_text(stack.read_text().replace("cpus: 0-1", "cpu: 0-1"))
    (root / GENERATED[0]).unlink()
    with pytest.raises(OpsError) as refused:
        write(root)
    assert "Pulumi.dev.yaml: hosts[0].cpu is not a setting: did you mean cpus?" in refused.value.problems[0]
    assert not (root / GENERATED[0]).exists()
