"""The loop of the container that proves backups: verifies the repository and drills a restore, each on its schedule."""

import fcntl
import json
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import start_http_server

from .config import Config
from .drill import SCRATCH, drill
from .metrics import ProofMetrics
from .say import say, warn
from .schedule import Schedule
from .verify import verify

_LOOK_SECONDS = 5
# How late one may end before it is called too old, our choice: a restore is given a day (recovery.restore), the rest of
# a drill, or the verification that it waits for, another.
_SLACK = timedelta(days=2)


class Proof:
    """What is known of the last drill and the last verification; it outlives the container."""

    def __init__(self, config: Config, scratch: Path = SCRATCH) -> None:
        self._config = config
        self._scratch = scratch
        self.metrics = ProofMetrics()
        self._file = scratch / "state.json"
        known = self._saved() if self._file.exists() else {}
        # Nothing is made up for from before there was anything to prove.
        self._known = {"since": time.time(), **known}
        self._save()
        self._stopped = threading.Event()
        self.metrics.show_bounds(config.stanza, config.drill.longest_gap + _SLACK, config.verify.longest_gap + _SLACK)
        self._tell()

    def run(self) -> None:
        """Until SIGTERM."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        address, port = self._config.listen_proof
        start_http_server(port, addr=address, registry=self.metrics.registry)
        say(f"proof of stanza {self._config.stanza} answers at {address}:{port}")
        while not self._stopped.wait(_LOOK_SECONDS):
            self.look(datetime.now(UTC))

    def look(self, now: datetime) -> None:
        """One round. One that hangs is told of by the times that were shown before it."""
        # One by hand writes from a process of its own.
        self._known |= self._saved()
        self._tell()
        # No bound on what reads all of it but the restore's day: any would one day end a good one, as they grow with
        # database and repository.
        # pgBackRest gives up what does not answer (its command reference: io-timeout 60 s, protocol-timeout 1830 s).
        if self._due("verify", self._config.verify, now):
            self.verify()
        if self._due("drill", self._config.drill, now):
            self.drill(None)

    def verify(self) -> bool:
        """Verify now, and keep what was found."""
        say("verification begins")
        found = verify(self._config.stanza)
        (say if found.success else warn)(found.report)
        self._keep("verify", vars(found))
        return found.success

    def drill(self, to: datetime | None) -> str:
        """Drill now, and keep what was found; its line of JSON."""
        say(f"restore drill to {to or 'the newest'} begins")
        with (self._scratch / "lock").open("w") as lock:
            # One copy at a time: a second drill waits.
            fcntl.flock(lock, fcntl.LOCK_EX)
            result = drill(self._config, to, self._scratch)
        (warn if result.problem else say)(f"restore drill: {result.problem or 'passed'} after {result.seconds} s")
        if result.refused:
            return result.as_json()
        self._keep("drill", vars(result))
        return result.as_json()

    def _due(self, what: str, schedule: Schedule, now: datetime) -> bool:
        return self._ended(what) < schedule.last_due(now).timestamp()

    def _ended(self, what: str) -> float:
        """When the last one ended; where none has, the first start, from which on they are due."""
        return float(self._known.get(what, {}).get("ended", self._known["since"]))

    def _tell(self) -> None:
        stanza = self._config.stanza
        self.metrics.show_ended(stanza, self._ended("drill"), self._ended("verify"))
        self.metrics.show_found(stanza, self._known.get("drill"), self._known.get("verify"))

    def _keep(self, what: str, found: dict[str, Any]) -> None:
        self._known |= self._saved() | {what: found}
        self._save()
        self._tell()

    def _saved(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._file.read_text())
        return found

    def _save(self) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(self._known))
        new.replace(self._file)

    def _stop(self) -> None:
        self._stopped.set()
        raise SystemExit(0)
