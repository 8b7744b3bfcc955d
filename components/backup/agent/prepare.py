"""Before a deployment goes on: does this host reach the repository, is it ours, does a WAL file arrive in it?"""

import time

from . import nodes, pgbackrest, stanza
from .config import Config
from .say import say

# Nodes may be replaced meanwhile: the primary moves, for about failover.ttl_seconds.
_PRIMARY_SECONDS = 120
_PAUSE_SECONDS = 1


def prepare(config: Config) -> None:
    """Make the stanza and archive one WAL file, where the primary is here; else only look at the repository.

    Raises what `stanza.make` raises.
    """
    end = time.monotonic() + _PRIMARY_SECONDS
    while not (primary := nodes.primary(config.nodes)) and not nodes.follow_another_host(config.nodes):
        if time.monotonic() > end:
            raise LookupError(f"no node of this host is primary or follows one after {_PRIMARY_SECONDS} s")
        time.sleep(_PAUSE_SECONDS)
    if not primary:
        found = pgbackrest.repository(config.stanza)
        say(f"the primary is on another host; the repository answers, {len(found.backups)} backups in it")
        return
    say(f"stanza {config.stanza}: {stanza.make(config, primary)}")
    stanza.check(config, primary)
    say("a WAL file has arrived in the archive")
