"""Becomes a restored cluster: brings it to a point in time once, then is its server."""

import os
from datetime import datetime
from pathlib import Path

from . import recovery
from .config import Config
from .drill import SCRATCH
from .say import say


def become(config: Config, listen: tuple[str, str], to: datetime | None, scratch: Path = SCRATCH) -> None:
    """Restore where that has not been done, then run the server at `listen` (address, port) in place of this program.

    Raises what `recovery` raises.
    """
    into, done = scratch / "pg17", scratch / "restored"
    if not done.exists():
        backup, _ = recovery.plan(config.stanza, to)
        recovery.restore(config.stanza, backup, into)
        with recovery.recovered(config.stanza, into, backup, to):
            told = recovery.replayed_to(into) or "the end of the backup"
        done.write_text(f"{backup.label} {told}\n")
        say(f"replayed to {told}")
    address, port = listen
    command = recovery.server_argv(into, {"listen_addresses": address, "port": port, "unix_socket_directories": "/tmp"})
    os.execv(command[0], command)
