"""Reads every file of the repository and compares its checksum."""

import time
from dataclasses import dataclass

from . import pgbackrest


@dataclass(frozen=True)
class Verified:
    """What `pgbackrest verify` found."""

    success: bool
    ended: float
    """Unix time."""
    report: str
    """In its own words."""


def verify(stanza: str) -> Verified:
    """Verify the whole stanza; takes as long as reading it does."""
    command = pgbackrest.argv(stanza, "--log-level-console=error", "--output=text", "--verbose", "verify", gentle=True)
    ran = pgbackrest.run(command)
    # It ends with status 0 also where files are bad.
    good = ran.returncode == 0 and "status: ok" in ran.stdout
    return Verified(good, time.time(), (ran.stdout + ran.stderr).strip())
