"""The files of secrets: for their owner only, and replaced in one step."""

import os
from pathlib import Path

import pytest

from ops import access


def test_each_stack_has_its_own_file(tmp_path: Path) -> None:
    assert access.path_of(access.PGPASS, tmp_path, "dev") == tmp_path / ".hft/pgpass-dev"
    assert access.path_of(access.GRAFANA_TOKEN, tmp_path, "prod") == tmp_path / ".hft/grafana-token-prod"


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_only_the_owner_may_read_it(tmp_path: Path, mask: int) -> None:
    path = tmp_path / ".hft/pgpass-dev"
    before = os.umask(mask)
    try:
        access.write(path, "secret\n")
    finally:
        os.umask(before)
    assert path.read_text() == "secret\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_older_file_is_replaced_whatever_its_mode(tmp_path: Path) -> None:
    path = tmp_path / ".hft/pgpass-dev"
    path.parent.mkdir()
    path.write_text("old\n")
    path.chmod(0o644)
    access.write(path, "new\n")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new\n", 0o600)
    assert [file.name for file in path.parent.iterdir()] == ["pgpass-dev"]


def test_what_a_killed_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / ".hft/pgpass-dev"
    path.parent.mkdir()
    path.with_name("pgpass-dev.new").symlink_to(tmp_path / "elsewhere")
    access.write(path, "new\n")
    assert path.read_text() == "new\n"
    assert not (tmp_path / "elsewhere").exists()
