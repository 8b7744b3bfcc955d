"""Decisions have one form, and the index is complete."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs/adr"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


def title(page: Path) -> str:
    return page.read_text().splitlines()[0]


def test_the_index_lists_every_decision_by_number_and_title() -> None:
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)

    assert [(name, f"# {number}. {text}") for number, text, name in rows] == [
        (page.name, title(page)) for page in PAGES
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_decision_is_numbered_as_its_file(page: Path) -> None:
    assert title(page).startswith(f"# {int(page.name[:4])}. ")


def test_no_number_is_missing_or_taken_twice() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_decision_says_why_it_was_made_and_what_it_costs(page: Path) -> None:
    text = page.read_text()

    assert [part for part in ("Context", "Decision", "What we give up") if f"**{part}.**" not in text] == []
