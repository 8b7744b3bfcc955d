"""`python3 -m agent serve|prepare|now full|now diff|leads`."""

import os
import sys

from . import link, nodes, pgbackrest, stanza
from .config import Config
from .prepare import prepare
from .serve import Agent, say

NOT_HERE = 3
"""Exit status: the primary is on another host."""


def main(arguments: list[str]) -> int:
    """Run one command."""
    config = Config.load()
    try:
        match arguments:
            case ["serve"]:
                Agent(config).run()
            case ["prepare"]:
                prepare(config)
            case ["now", ("full" | "diff") as kind]:
                primary = nodes.primary(config.nodes)
                if not primary:
                    return NOT_HERE
                # Held by pgBackRest from here on.
                os.set_inheritable(link.hold(primary), True)
                command = pgbackrest.argv(config.stanza, *pgbackrest.backup_arguments(kind, primary))
                os.execvp(command[0], command)
            case _:
                say(f"agent: no command {' '.join(arguments) or '(none)'}; there are serve, prepare and now full|diff")
                return 64
    except (pgbackrest.PgBackRestError, stanza.OtherClusterError, link.BusyError, LookupError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
