"""Where a runbook is found: below the folder of this repository, or where a desk serves that folder."""

from typing import Final

FOLDER: Final = "docs/runbooks/"


def served(page: str, url: str | None) -> str:
    """The page, a path below `FOLDER`, as it is found below `url`; without one the path itself."""
    return f"{url.rstrip('/')}/{page.removeprefix(FOLDER)}" if url else page
