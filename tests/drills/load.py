"""Writers at work during a drill, and the list of what drills have found."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.bench.db.found import add
from ops.sandbox import CHECKOUT
from tests.drills.checker import Ack, Verdict, parse
from tests.drills.cluster import Cluster
from tests.drills.rig import Host, await_true

FOUND = CHECKOUT / "build" / "drills.json"
"""A list of `{drill, gap_seconds, acked, lost, passed}`, one for each drill that came to a verdict."""
_FIRST_SECONDS = 30


@dataclass(frozen=True)
class Load:
    """One writer's rows."""

    actor: str
    file: Path

    def acks(self) -> list[Ack]:
        """What has been acknowledged so far."""
        return parse(self.file.read_text()) if self.file.exists() else []

    def errors(self) -> list[str]:
        """What has been refused so far, each with its time."""
        return self.file.with_name(f"{self.file.name}.errors").read_text().splitlines()

    def await_more(self, seconds: float, rows: int = 50) -> None:
        """Wait until that many more rows are acknowledged than are now."""
        wanted = len(self.acks()) + rows
        await_true(lambda: len(self.acks()) >= wanted, seconds, f"{self.actor} has {rows} more rows acknowledged")


@contextmanager
def writing(cluster: Cluster, actor: str, at: Host, file: Path, within: Sequence[str] = ()) -> Iterator[Load]:
    """A writer at the pooler of a host, at work when the block begins and ended with it; `within` runs it elsewhere."""
    with _writing(cluster, cluster.connection(at, "hft_writer"), actor, file, within) as load:
        yield load


@contextmanager
def writing_directly(cluster: Cluster, actor: str, at: Host, file: Path) -> Iterator[Load]:
    """The same at the router of a host, as an engine with `orders_path: direct`."""
    with _writing(cluster, cluster.direct(at, "hft_writer"), actor, file) as load:
        yield load


@contextmanager
def _writing(cluster: Cluster, connection: str, actor: str, file: Path, within: Sequence[str] = ()) -> Iterator[Load]:
    argv = [*within, sys.executable, "-m", "tests.drills.writer", connection, actor, str(file)]
    environment = {**os.environ, "PGPASSWORD": cluster.passwords["hft_writer"]}
    load = Load(actor, file)
    with subprocess.Popen(argv, cwd=CHECKOUT, env=environment) as process:
        try:
            load.await_more(_FIRST_SECONDS)
            yield load
        finally:
            process.terminate()


def tell(drill: str, found: Verdict, *, passed: bool) -> None:
    """Print what a drill found, and add it to the list."""
    entry = {
        "drill": drill,
        "gap_seconds": round(found.gap_seconds, 2),
        "acked": found.acked,
        "lost": found.lost,
        "passed": passed,
    }
    add(FOUND, entry)
