"""`python -m toolchain setup|lint|test`: what bootstrap.sh calls once Python's packages are there."""

import sys

from toolchain import checks, setup
from toolchain.say import console

_COMMANDS = {"setup": lambda: not setup.run(), "lint": checks.lint, "test": checks.test}
_USAGE = 2
"""Exit status of a wrong command line, as getopt has it."""


def main(arguments: list[str]) -> int:
    """Run one command; 1 when it found or left a problem."""
    command = _COMMANDS.get(arguments[0]) if len(arguments) == 1 else None
    if command is None:
        console.print(f"usage: toolchain/bootstrap.sh {' | '.join(_COMMANDS)}", markup=False)
        return _USAGE
    return 0 if command() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
