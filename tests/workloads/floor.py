"""Real venue and engine processes on loopback, for tests."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from workloads.bench import engine_settings, free_port, venue_settings

ROOT = Path(__file__).parents[2]
VENUES = ("alpha", "beta")
# Short and frequent dislocations, so that a test sees trades within a second.
LIVELY = {"dislocation_probability": 0.2, "half_life_ticks": 3, "tick_interval_ms": 20}


def request(url: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """GET, or POST `body`; return status and decoded body."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else text.decode()


def samples(url: str) -> dict[str, float]:
    """The metrics of a process as `name{label="value"}` → value, labels sorted."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=20) as response:
        text = response.read().decode()
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


def total(found: dict[str, float], prefix: str) -> float:
    """Sum of all samples whose key begins with `prefix`."""
    return sum(value for key, value in found.items() if key.startswith(prefix))


def until(what: str, condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition; a connection refused means not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class Floor:
    """Two venues and one engine or more; ports are free ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in VENUES}
        self.venues = {name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()}
        self._running: list[subprocess.Popen[bytes]] = []

    def start_venue(self, name: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start a venue and wait until it is there."""
        settings = venue_settings(name, self.ports[name], **({"prices": LIVELY} | more))
        started = self.start("workloads.venue", name, settings)
        until(f"venue {name} up", lambda: request(f"{self.venues[name]}/control/state")[0] == 200)
        return started

    def start_engine(self, slot: str = "blue", **more: Any) -> tuple[subprocess.Popen[bytes], str]:
        """Start an engine and wait until it is ready; return the process and its URL."""
        port = free_port()
        settings = engine_settings(port, self.ports, slot=slot, stop_timeout_seconds=5.0, **more)
        started = self.start("workloads.engine", slot, settings)
        url = f"http://127.0.0.1:{port}"
        until(f"engine {slot} ready", lambda: request(f"{url}/readyz")[0] == 200)
        return started, url

    def start(self, module: str, name: str, settings: dict[str, Any]) -> subprocess.Popen[bytes]:
        """Start a workload; its log goes to `<name>.log`."""
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(settings))
        with (self.folder / f"{name}.log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", module, "--config", str(path)],
                env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self._running.append(started)
        return started

    def log(self, name: str) -> list[dict[str, Any]]:
        """The log of a process; every line has to be JSON."""
        return [json.loads(line) for line in (self.folder / f"{name}.log").read_text().splitlines()]

    def open_orders(self) -> list[str]:
        """Ids of all orders that rest at the venues."""
        found = []
        for url in self.venues.values():
            for account in request(f"{url}/control/state")[1]["accounts"].values():
                found += account["open_orders"]
        return found

    def rest_order(self, name: str) -> None:
        """Leave a far order at a venue in the engine's account, by a session that is gone and cancels nothing."""

        async def leave() -> None:
            async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.venues[name]}/orders") as socket:
                login = {"op": "login", "account": "bench-arb", "epoch": 1, "cancel_on_disconnect": False}
                order = {"op": "new", "id": "far", "s": "BTC-USD", "side": "buy", "px": 1.0, "qty": 0.001}
                for message in (login, order | {"tif": "gtc", "epoch": 1}):
                    await socket.send_json(message)
                    await socket.receive()

        asyncio.run(leave())

    def forced_cancels(self, reason: str) -> float:
        """Orders that the venues cancelled by themselves."""
        name = f'hft_venue_sim_forced_cancels_total{{reason="{reason}"}}'
        return sum(samples(url).get(name, 0.0) for url in self.venues.values())

    def stop(self) -> None:
        """End what still runs."""
        for process in self._running:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait(10)


@contextmanager
def floor(folder: Path, **venue: Any) -> Iterator[Floor]:
    """Two venues with these settings; everything on the floor ends with the block."""
    made = Floor(folder)
    try:
        for name in VENUES:
            made.start_venue(name, **venue)
        yield made
    finally:
        made.stop()
