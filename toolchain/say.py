"""What set-up tells the user: one line per thing."""

import sys

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


def say(line: str) -> None:
    """Tell what is about to happen, before it takes time or changes the machine."""
    console.print(f"  {line}", markup=False)
    sys.stdout.flush()
