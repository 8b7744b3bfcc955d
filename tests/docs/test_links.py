"""What the documents and the code point at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("components", "examples", "images", "ops", "policies", "stacks", "toolchain", "workloads")
SOURCES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".json", ".sum", ".pyc"}
)


def dead_links(document: Path) -> Iterator[str]:
    """Targets of relative links and pictures in a Markdown file that are not there; anchors are not looked at."""
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        path = target.partition("#")[0]
        if path and "://" not in target and not (document.parent / path).exists():
            yield target


def dead_mentions(text: str) -> list[str]:
    """Paths below docs/ that a text names and that are not there; those in web addresses are somebody else's."""
    named = re.findall(r"(?<![\w/.-])docs/[\w./-]*", text)
    return [path for path in named if not (ROOT / path.rstrip(".")).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    assert list(dead_links(document)) == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#top) [web](https://example.org/x.md) [gone](gone.md) ![gone](gone.svg) [top](#top)")

    assert list(dead_links(page)) == ["gone.md", "gone.svg"]


def test_documents_named_in_the_code_are_there() -> None:
    found = {str(path.relative_to(ROOT)): dead_mentions(path.read_text()) for path in SOURCES}

    assert {path: dead for path, dead in found.items() if dead} == {}


def test_a_document_that_is_not_there_is_seen() -> None:
    text = "see docs/adr/README.md, docs/ghost.md. and https://www.pulumi.com/docs/iac/"

    assert dead_mentions(text) == ["docs/ghost.md."]
