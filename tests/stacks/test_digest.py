"""The number of a deployment: the same for the same checkout, another for any change of what it was made from."""

from pathlib import Path

import pytest

from stacks.digest import digest

FILES = (
    *("__main__.py", "Pulumi.yaml", "Pulumi.prod.yaml", "images/lock.json", "requirements.txt"),
    *("components/database/cluster.py", "components/database/migrations/0001.sql", "stacks/trading.py"),
    "toolchain/plugins/docker/container.py",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "checkout")


def made(folder: Path) -> Path:
    for name in (*FILES, "Pulumi.dev.yaml", "docs/a.md"):
        written(folder / name, name)
    return folder


def written(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_it_is_the_same_wherever_the_checkout_is_and_whatever_python_has_compiled(folder: Path, tmp_path: Path) -> None:
    other = made(tmp_path / "other")
    written(other / "stacks" / "__pycache__" / "trading.pyc", "compiled")

    assert digest(other, "prod") == digest(folder, "prod")
    assert len(digest(folder, "prod")) == 64


@pytest.mark.parametrize("name", FILES)
def test_any_change_of_what_it_was_made_from_is_another(folder: Path, name: str) -> None:
    before = digest(folder, "prod")
    written(folder / name, f"{name}, changed")

    assert digest(folder, "prod") != before


@pytest.mark.parametrize("name", FILES)
def test_so_is_a_file_less(folder: Path, name: str) -> None:
    before = digest(folder, "prod")
    (folder / name).unlink()

    assert digest(folder, "prod") != before


def test_so_is_a_file_more_and_one_of_another_name(folder: Path) -> None:
    before = digest(folder, "prod")
    (folder / "stacks" / "trading.py").rename(folder / "stacks" / "desk.py")
    renamed = digest(folder, "prod")
    written(folder / "stacks" / "trading.py", "stacks/trading.py")

    assert len({before, renamed, digest(folder, "prod")}) == 3


@pytest.mark.parametrize("name", ["Pulumi.dev.yaml", "docs/a.md"])
def test_what_it_was_not_made_from_is_nothing_to_it(folder: Path, name: str) -> None:
    before = digest(folder, "prod")
    written(folder / name, "changed")

    assert digest(folder, "prod") == before


def test_a_folder_of_links_is_what_they_lead_to(folder: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    for each in folder.iterdir():
        (links / each.name).symlink_to(each)

    assert digest(links, "prod") == digest(folder, "prod")
