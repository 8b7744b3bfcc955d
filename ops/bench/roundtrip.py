"""The programs of engine and venues bare on the host, and the round trips that an engine tells.

Bare means: from the same image's files, by chroot and taskset, without a container, a network of its own or a limit.
The rest of the stack runs meanwhile, and the bare engine has the same database, pooler and lease store, so that only
what the containers add differs.
"""

import json
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from docker import DockerClient
from docker.models.containers import Container

from components._common.tls import TLS_DIR
from ops.errors import OpsError

SECONDS = 60
"""Of one measurement: some hundred orders."""
_READY_SECONDS = 60
_WARM_UP_SECONDS = 3
_STOP_SECONDS = 20
_FIRST_PORT = 17080


@contextmanager
def unpacked(client: DockerClient, image: str) -> Iterator[Path]:
    """The image's files in a folder."""
    container = client.containers.create(image, name="hft-bench-files", network_mode="none")
    try:
        with tempfile.TemporaryDirectory(prefix="hft-bench-") as folder:
            _extract(client.api.export(str(container.id)), Path(folder))
            yield Path(folder)
    finally:
        container.remove(v=True)


def take_certificate(container: Container, root: Path) -> None:
    """Have the certificate of a container for its programs in `root` too."""
    chunks, _ = container.get_archive(TLS_DIR)
    _extract(chunks, root / Path(TLS_DIR).parent.relative_to("/"))


def _extract(chunks: Iterable[bytes], folder: Path) -> None:
    with tempfile.TemporaryFile() as archive:
        archive.writelines(chunks)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as files:
            files.extractall(folder, filter="tar")


def bare_settings(engine: Mapping[str, Any], venues: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Settings files by name, from the stack's own: on loopback, on other ports, with a lease of their own."""
    ports = {name: _FIRST_PORT + number for number, name in enumerate(venues, start=1)}
    found: dict[str, Any] = {
        name: {**settings, "listen_address": "127.0.0.1", "listen_port": ports[name]}
        for name, settings in venues.items()
    }
    found["engine"] = {
        **engine,
        "strategy": "bare",
        "listen_port": _FIRST_PORT,
        "venues": [{**venue, "url": f"http://127.0.0.1:{ports[venue['venue']]}"} for venue in engine["venues"]],
    }
    return found


@contextmanager
def bare(root: Path, files: Mapping[str, Any], secrets: Mapping[str, str], cpus: Mapping[str, str]) -> Iterator[str]:
    """Run the programs; gives the engine's address. `cpus`: name → CPU list."""
    for name, value in secrets.items():
        path = root / "run" / "secrets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value)
    with ExitStack() as stack:
        for name, settings in sorted(files.items(), reverse=True):
            (root / "etc" / "hft").mkdir(parents=True, exist_ok=True)
            (root / "etc" / "hft" / f"{name}.json").write_text(json.dumps(settings))
            program = "workloads.engine" if name == "engine" else "workloads.venue"
            stack.enter_context(_process(root, program, name, cpus[name]))
        url = f"http://127.0.0.1:{files['engine']['listen_port']}"
        wait_ready(f"{url}/readyz")
        yield url


@dataclass(frozen=True)
class Roundtrips:
    """What an engine counted in a while."""

    samples_us: Sequence[float]
    """Each order's, in µs."""
    p99_us: float
    """Their 99th percentile, in µs."""


def taken(url: str, seconds: int = SECONDS) -> Roundtrips:
    """The round trips of the next seconds. Raises OpsError where no order was answered."""
    time.sleep(_WARM_UP_SECONDS)
    httpx.get(f"{url}/debug/roundtrip")
    time.sleep(seconds)
    found = httpx.get(f"{url}/debug/roundtrip").json()
    if not found["n"]:
        raise OpsError(f"{url}: no order was answered in {seconds} s; see hft_trading_state at {url}/metrics")
    return Roundtrips(found["samples_us"], found["p99_us"])


def wait_ready(page: str) -> None:
    """Wait until a page says that a program is ready, such as with an engine's books and positions. Raises OpsError."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(page).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise OpsError(f"{page}: not ready after {_READY_SECONDS} s")


@contextmanager
def _process(root: Path, program: str, name: str, cpus: str) -> Iterator[None]:
    command = ["taskset", "-c", cpus, "chroot", str(root), "env", "PYTHONPATH=/opt/hft"]
    command += ["python3", "-m", program, "--config", f"/etc/hft/{name}.json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
