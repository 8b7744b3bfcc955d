"""The shell's functions, by the shell."""

import subprocess
from pathlib import Path

from components._common.shell import AWAIT, PUT


def sh(script: str, folder: Path) -> tuple[int, str]:
    ended = subprocess.run(["sh", "-euc", script], check=False, cwd=folder, capture_output=True, text=True, timeout=20)
    return ended.returncode, ended.stdout + ended.stderr


def test_what_succeeds_in_time_is_waited_for(tmp_path: Path) -> None:
    third = 'third() { echo "$1" >> tries; [ "$(wc -l < tries)" -eq 3 ]; }'

    assert sh(f"{AWAIT}{third}\nawait 10 0.01 third look && echo came", tmp_path) == (0, "came\n")
    assert (tmp_path / "tries").read_text() == "look\n" * 3


def test_what_never_succeeds_fails_when_its_time_is_over(tmp_path: Path) -> None:
    assert sh(f"{AWAIT}await 1 0.05 false && echo came\necho late", tmp_path) == (0, "late\n")
    assert sh(f"{AWAIT}await 0 0.05 false\necho unreached", tmp_path) == (1, "")


def test_a_file_comes_instead_of_another_one(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")
    (tmp_path / "file").write_text("old")

    with (tmp_path / "file").open() as opened:
        assert sh(f"{PUT}put new file", tmp_path) == (0, "")
        assert opened.read() == "old"

    assert (tmp_path / "file").read_text() == "new"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "new"]


def test_a_file_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    status, said = sh(f"{PUT}put missing file", tmp_path)

    assert status == 1
    assert "missing" in said
    assert (tmp_path / "file").read_text() == "old"
