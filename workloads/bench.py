"""Order round trip of engine and venue, exactly: `python3 -m workloads.bench bare|running`, one JSON object on stdout.

`bare` starts two venues and an engine as plain processes on given cores, without database and lease; `running` asks
an engine that is there already. Both read `GET /debug/roundtrip`, the exact samples since the last reading: between
two buckets of the histogram (500 µs and 1 ms) a p99 could double unseen.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

_START_SECONDS: Final = 20.0
_WARM_UP_SECONDS: Final = 3.0
_SYMBOLS: Final = (
    {"symbol": "BTC-USD", "price": 60_000.0, "tick_size": 0.5, "lot_size": 0.001, "level_size": 0.05},
    {"symbol": "ETH-USD", "price": 3_000.0, "tick_size": 0.05, "lot_size": 0.01, "level_size": 1.0},
)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def venue_settings(name: str, port: int, **more: Any) -> dict[str, Any]:
    """Return a venue's settings file for the benchmark; `more` goes on top."""
    # Many short dislocations: some dozen orders a second, enough for a p99 in half a minute.
    prices = {"dislocation_probability": 0.15, "half_life_ticks": 3}
    return {
        "venue": name, "listen_address": "127.0.0.1", "listen_port": port, "seed": 7, "symbols": _SYMBOLS,
        "prices": prices,
    } | more  # fmt: skip


def engine_settings(port: int, venues: dict[str, int], **more: Any) -> dict[str, Any]:
    """Return an engine's settings file for venues given as name → port; `more` goes on top."""
    return {
        "stack": "bench", "strategy": "arb", "slot": "blue", "listen_address": "127.0.0.1", "listen_port": port,
        "venues": [
            {"venue": name, "url": f"http://127.0.0.1:{at}", "taker_fee_bps": 1.0} for name, at in venues.items()
        ],
        "symbols": [{"symbol": each["symbol"], "lot_size": each["lot_size"]} for each in _SYMBOLS],
        "risk": {
            "max_order_usd": 1000.0, "max_position_usd": 100_000.0, "max_exposure_usd": 400_000.0,
            "max_open_orders": 100, "max_orders_per_second": 1000.0,
        },
        "state_on_leadership": "active",
    } | more  # fmt: skip


@contextmanager
def process(module: str, settings: Path, cores: str | None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a workload on a list of cores (`0,2-3`; none: any) until the end of the block, then end it by SIGTERM."""
    pin = ["taskset", "-c", cores] if cores else []
    command = [*pin, sys.executable, "-m", module, "--config", str(settings)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as running:
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()


def get(url: str) -> dict[str, Any]:
    """Return the JSON body of a URL; raises OSError (which HTTP errors are, too)."""
    with urllib.request.urlopen(url, timeout=5) as response:
        return dict(json.load(response))


def wait_ready(url: str) -> None:
    """Wait until the engine at `url` is ready; raises TimeoutError."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        try:
            get(f"{url}/readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url}/readyz: not ready after {_START_SECONDS:.0f} s; see /readyz for what is missing")


def measure(url: str, seconds: float) -> dict[str, Any]:
    """Return `{p50_us, p90_us, p99_us, max_us, n}` of the order round trips of the next `seconds`."""
    get(f"{url}/debug/roundtrip")
    time.sleep(seconds)
    found = get(f"{url}/debug/roundtrip")
    del found["samples_us"]
    return found


def bare(options: argparse.Namespace) -> dict[str, Any]:
    """Start venues and engine as plain processes and measure."""
    latency = {"order_us": options.order_latency_us, "feed_us": 0, "jitter_us": 0}
    ports = {"alpha": free_port(), "beta": free_port()}
    engine_port = free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, port in ports.items():
            path = folder / f"{name}.json"
            path.write_text(json.dumps(venue_settings(name, port, latency=latency)))
            stack.enter_context(process("workloads.venue", path, options.venue_cores))
        path = folder / "engine.json"
        path.write_text(json.dumps(engine_settings(engine_port, ports)))
        stack.enter_context(process("workloads.engine", path, options.engine_cores))
        url = f"http://127.0.0.1:{engine_port}"
        wait_ready(url)
        time.sleep(_WARM_UP_SECONDS)
        return measure(url, options.seconds)


def running(options: argparse.Namespace) -> dict[str, Any]:
    """Measure an engine that is there already."""
    wait_ready(options.url)
    return measure(options.url, options.seconds)


def main() -> None:
    """Run the command line; exits with 1 when no order was answered in the time."""
    parser = argparse.ArgumentParser(prog="python3 -m workloads.bench", description=__doc__)
    parser.set_defaults(run=None)
    modes = parser.add_subparsers(required=True)
    alone = modes.add_parser("bare", help="start both processes here")
    alone.add_argument("--engine-cores", metavar="LIST", help="taskset list; none: any core")
    alone.add_argument("--venue-cores", metavar="LIST", help="taskset list; none: any core")
    alone.add_argument("--order-latency-us", type=int, default=0, help="latency that the venue adds (default 0)")
    alone.set_defaults(run=bare)
    there = modes.add_parser("running", help="measure an engine that runs already")
    there.add_argument("--url", required=True, help="http://address:port of the engine")
    there.set_defaults(run=running)
    for mode in (alone, there):
        mode.add_argument("--seconds", type=float, default=30.0, help="length of the measurement (default 30)")
    options = parser.parse_args()
    result = options.run(options)
    print(json.dumps(result))
    if not result["n"]:
        raise SystemExit("error: no order was answered; is the engine active (hft_trading_state)?")


if __name__ == "__main__":
    main()
