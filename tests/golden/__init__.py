"""Committed copies of what the stacks render, for review: a pull request shows its effect in them."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Golden:
    """Compares with the committed copies, or rewrites them (`make golden`)."""

    rewrite: bool

    def check(self, folder: str, files: Mapping[str, str]) -> None:
        """The folder holds exactly these files: relative path → text."""
        root = _HERE / folder
        if self.rewrite:
            shutil.rmtree(root, ignore_errors=True)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
        committed = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
        assert sorted(committed) == sorted(files), "run `make golden` and look at what changed"
        for name, text in files.items():
            assert committed[name] == text, f"tests/golden/{folder}/{name}: run `make golden` and look at what changed"
