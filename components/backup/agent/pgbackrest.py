"""Calls pgBackRest, whose configuration is in the container."""

import json
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from . import info, rows
from .config import Node

_COMMAND = ("pgbackrest", "--config=/etc/hft/pgbackrest.conf", "--config-include-path=/run/secrets")
# A backup gives way to whatever else wants the CPUs and the disk.
_GENTLE = ("nice", "-n", "19", "ionice", "-c", "3")
_TALK = re.compile(r"^(?:\S+ \S+ )?P\d+ +(?P<level>[A-Z]+): +")
_SECONDS = 120


class PgBackRestError(Exception):
    """pgBackRest has refused or failed; `code` is its own."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def argv(stanza: str, *arguments: str, gentle: bool = False) -> list[str]:
    """The command line; it holds no secret."""
    return [*(_GENTLE if gentle else ()), *_COMMAND, f"--stanza={stanza}", *arguments]


def run(command: Sequence[str], seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """How a command ends, and what it said."""
    # It quotes what it cannot read: of a repository with another passphrase, bytes that are no text.
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="backslashreplace", check=False, timeout=seconds
    )


def call(stanza: str, *arguments: str, seconds: float = _SECONDS) -> str:
    """What a short command says on stdout. Raises PgBackRestError."""
    try:
        ran = run(argv(stanza, *arguments), seconds)
    except subprocess.TimeoutExpired:
        raise PgBackRestError(f"{arguments[0]} has not ended after {seconds:.0f} s", 0) from None
    if ran.returncode:
        raise PgBackRestError(errors(ran.stdout + ran.stderr) or f"{arguments[0]} failed", ran.returncode)
    return ran.stdout


def repository(stanza: str) -> info.Repository:
    """The state of the repository. Raises PgBackRestError where it cannot be read."""
    try:
        return info.parse(json.loads(call(stanza, "--output=json", "--log-level-console=error", "info")))
    except ValueError as error:
        raise PgBackRestError(str(error), 0) from None


def errors(said: str) -> str:
    """The errors in what pgBackRest said, as one text without its prefixes."""
    lines: list[str] = []
    inside = False
    for line in said.splitlines():
        found = _TALK.match(line)
        if found:
            inside = found["level"] == "ERROR"
        if inside:
            lines.append(" ".join(_TALK.sub("", line).split()))
    return " ".join(lines)


def on(node: Node, *arguments: str) -> Sequence[str]:
    """The arguments of a command that works on the node to which the link leads."""
    return (f"--pg1-port={node.port}", *arguments)


def backup_arguments(kind: info.Kind, node: Node) -> Sequence[str]:
    """The arguments of a backup, which keeps what rows the database has just got."""
    try:
        counted = [f"--annotation={rows.ANNOTATION}={rows.before(node, datetime.now(UTC)).as_text()}"]
    except psycopg.Error:
        # No database of ours yet; a backup is better than none.
        counted = []
    return on(node, f"--type={kind}", *counted, "backup")
