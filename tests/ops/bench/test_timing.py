import sys
from pathlib import Path

import pytest

from ops.bench.timing import timed, uploads
from ops.errors import OpsError


def test_a_command_is_timed_in_its_folder(tmp_path: Path) -> None:
    assert timed([sys.executable, "-c", "open('mark', 'w')"], cwd=tmp_path) > 0
    assert (tmp_path / "mark").exists()


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as failed:
        timed(["sh", "-c", "echo no engine >&2; exit 3"], cwd=tmp_path)

    assert failed.value.problems == ("sh -c echo no engine >&2; exit 3 failed: no engine",)


def test_uploads_are_paths_with_their_texts() -> None:
    assert list(uploads({"uploads": [{"file": "/a", "content": "b"}]})) == [("/a", "b")]
    assert list(uploads({})) == []
