"""A client that never gives up: numbered rows, one commit each, and a line for each one that was acknowledged.

`python -m tests.drills.writer CONNECTION ACTOR FILE`; the password comes from PGPASSWORD. What it is refused is a line
each in FILE.errors. It writes through one pooler,
as an engine does, and not by a list of nodes: what an engine waits for includes how router and pooler find the new
primary. A number is sent once: where no answer comes, nobody knows what became of the row, and the next one is sent.
"""

import itertools
import sys
import time
from pathlib import Path
from typing import TextIO

import psycopg

from tests.drills.checker import Ack

INSERT = "INSERT INTO trading.audit_log (ts, actor, action, subject) VALUES (now(), %s, 'drill', %s)"
PAUSE_SECONDS = 0.02
"""After each acknowledgement and each refusal: up to 50 rows a second, which two CPUs have to spare."""
_CONNECT_SECONDS = 2
"""How long an attempt to connect may take; libpq takes no less."""


def write(connection: str, actor: str, acknowledged: TextIO, refused: TextIO) -> None:
    """Insert for ever."""
    numbers = itertools.count(1)
    while True:
        try:
            with psycopg.connect(connection, autocommit=True, connect_timeout=_CONNECT_SECONDS) as session:
                for number in numbers:
                    session.execute(INSERT, (actor, str(number)))
                    acknowledged.write(Ack(number, time.monotonic()).line)
                    time.sleep(PAUSE_SECONDS)
        except psycopg.Error as error:
            refused.write(f"{time.monotonic():.6f} {str(error).strip()!r}\n")
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    with (
        Path(sys.argv[3]).open("w", buffering=1) as rows,
        Path(f"{sys.argv[3]}.errors").open("w", buffering=1) as errors,
    ):
        write(sys.argv[1], sys.argv[2], rows, errors)
