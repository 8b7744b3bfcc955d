"""The commands of the image: `python3 -m agent serve`, and those that `_COMMANDS` says."""

import json
import os
import sys
from datetime import UTC, datetime

from . import in_place, link, nodes, pgbackrest, recovery, stanza
from .become import become
from .codes import NOT_HERE
from .config import Config
from .history import TargetError
from .prepare import prepare
from .prove import Proof
from .say import say, to_stderr, warn
from .serve import Agent

_TOLD = (
    pgbackrest.PgBackRestError,
    stanza.OtherClusterError,
    link.BusyError,
    recovery.RecoveryError,
    in_place.RoomError,
    TargetError,
    LookupError,
)
_SERVING = (["serve"], ["prove"])
_COMMANDS = (
    "serve, prepare, now full|diff, info, prove, verify, drill [TIME], plan [TIME], become ADDRESS PORT [TIME], "
    "in-place TIME|latest reach|room|recover NODE KEPT|take-over NODE KEPT|has-taken-over NODE KEPT|give-up NODE"
)


def main(arguments: list[str]) -> int:
    """Run one command."""
    to_stderr(serves=arguments in _SERVING)
    config = Config.load()
    try:
        return _run(config, arguments)
    except _TOLD as error:
        warn(str(error))
        return 1


def _run(config: Config, arguments: list[str]) -> int:
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
        case ["info"]:
            print(pgbackrest.call(config.stanza, "--output=json", "--log-level-console=error", "info"))
        case ["drill", *to]:
            line = Proof(config).drill(_time(to))
            print(line)
            return 0 if json.loads(line)["success"] else 1
        case ["plan", *to]:
            print(recovery.plan(config.stanza, _time(to))[0].label)
        case ["become", address, port, *to]:
            become(config, (address, port), _time(to))
        case ["in-place", to, *step]:
            return in_place.run(config, step, _time([] if to == "latest" else [to]))
        case ["verify"]:
            return 0 if Proof(config).verify() else 1
        case ["prove"]:
            Proof(config).run()
        case _:
            say(f"agent: no command {' '.join(arguments) or '(none)'}; there are {_COMMANDS}")
            return 64
    return 0


def _time(arguments: list[str]) -> datetime | None:
    """The time asked for, in UTC where it says nothing else; None for the newest."""
    if not arguments:
        return None
    found = datetime.fromisoformat(arguments[0])
    return found if found.tzinfo else found.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
