"""Draws docs/architecture.svg from docs/architecture.dot with Graphviz; run by `make docs`."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("architecture.dot")
PICTURE = Path(__file__).with_name("architecture.svg")


def stamp() -> str:
    """The line of the picture that says which text it was drawn from."""
    return f"<!-- drawn from architecture.dot {hashlib.sha256(SOURCE.read_bytes()).hexdigest()} -->\n"


def main() -> None:
    """Draw the picture, unless it is of this text already."""
    if PICTURE.exists() and PICTURE.read_text().endswith(stamp()):
        return
    if not shutil.which("dot"):
        sys.exit("docs/architecture.svg is older than its text, and `dot` is missing: apt-get install graphviz")
    drawn = subprocess.run(["dot", "-Tsvg", SOURCE], check=True, capture_output=True, text=True).stdout
    PICTURE.write_text(drawn + stamp())


if __name__ == "__main__":
    main()
