"""The log: one line a step, on stderr."""

import sys
import time


def say(text: str) -> None:
    """One line."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} {text}", flush=True, file=sys.stderr)
