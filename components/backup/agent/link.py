"""Which node pgBackRest works on. It wants the data directory where the server says that it is, which is the same for
every node: the image has a link there, and this turns it."""

import fcntl
import os
from pathlib import Path

from .config import Node

LINK = Path("/tmp/node")
"""What /var/lib/hft/data in the image leads to."""
_LOCK = Path("/tmp/node.lock")


class BusyError(Exception):
    """Another command works on a node."""


def hold(node: Node) -> int:
    """Turn the link to a node, and keep others from turning it until the file descriptor is closed everywhere.

    Raises:
        BusyError: another command holds it.
    """
    held = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise BusyError("a backup is running on this host: wait for it, or look at it with hft backup list") from None
    new = LINK.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.symlink_to(node.path.parent)
    new.replace(LINK)
    return held
