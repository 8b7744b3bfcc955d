"""PostgreSQL as Debian ships it: the same image, a copy of the same data, the configuration that initdb wrote, and TLS,
which Debian turns on with a certificate of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from docker.errors import ContainerError
from docker.models.containers import Container

from components._common.tls import CERTIFICATE_FILE, KEY_FILE, TLS_DIR
from components.database.render import DATA_DIR
from ops.bench.db.deployed import LABELS, NO_CHECK, NODE, STACK, Deployed, said
from ops.errors import OpsError

_NAME = f"hft-{STACK}-stock"
_PORT = 31133
_READY_SECONDS = 120
_MOUNTED = "/copy"
# Patroni keeps what initdb wrote beside its own. Loaded is what the tables need; all else is where it listens.
_COMMAND = (
    f"exec postgres -D {DATA_DIR}/pg17 -c config_file={DATA_DIR}/pg17/postgresql.base.conf "
    f"-c hba_file={DATA_DIR}/pg17/pg_hba.conf -c listen_addresses=127.0.0.1 -c port={_PORT} "
    "-c unix_socket_directories=/run/postgresql -c shared_preload_libraries=timescaledb "
    f"-c ssl=on -c ssl_cert_file={CERTIFICATE_FILE} -c ssl_key_file={KEY_FILE}"
)


_AS_SUPERUSER = ("psql", "-Xq", "--set=ON_ERROR_STOP=1", f"--port={_PORT}", "--host=/run/postgresql")
_WITHOUT_SETTINGS = tuple(
    word for role in ("hft_writer", "hft_ticks") for word in ("--command", f"ALTER ROLE {role} RESET ALL")
)


@contextmanager
def stock(deployed: Deployed) -> Iterator[int]:
    """Its port, while it runs beside the stack's node, with its limits. The node is stopped for the copy.

    Roles keep their rights and lose what the stack sets for them, such as the commits of ticks.
    """
    volume = deployed.client.volumes.create(f"{_NAME}-data", labels=LABELS)
    _copy(deployed, volume.name)
    node = deployed.node.attrs["HostConfig"]
    container = deployed.client.containers.run(
        deployed.image,
        ["-c", _COMMAND],
        entrypoint=["sh"],
        name=_NAME,
        labels=LABELS,
        detach=True,
        network_mode="host",
        volumes={
            volume.name: {"bind": DATA_DIR, "mode": "rw"},
            _mounted(deployed, TLS_DIR): {"bind": TLS_DIR, "mode": "ro"},
        },
        tmpfs={"/run/postgresql": "uid=10002"},
        mem_limit=node["Memory"],
        memswap_limit=node["MemorySwap"],
        shm_size=node["ShmSize"],
        cpuset_cpus=node["CpusetCpus"],
        healthcheck=NO_CHECK,
    )
    try:
        _await(container)
        said(container, [*_AS_SUPERUSER, *_WITHOUT_SETTINGS])
        yield _PORT
    finally:
        container.remove(force=True)
        volume.remove()


def _copy(deployed: Deployed, volume: str) -> None:
    """Of all data, at rest."""
    node = deployed.node
    node.stop(timeout=deployed.database.stop_grace_seconds)
    source = _mounted(deployed, DATA_DIR)
    try:
        deployed.client.containers.run(
            deployed.image,
            ["-c", f"cp -a {DATA_DIR}/pg17 {_MOUNTED}/"],
            entrypoint=["sh"],
            user="root",
            network_mode="none",
            remove=True,
            volumes={source: {"bind": DATA_DIR, "mode": "ro"}, volume: {"bind": _MOUNTED, "mode": "rw"}},
        )
    except ContainerError as error:
        raise OpsError(f"{NODE}: its data could not be copied: {error}") from error
    finally:
        node.start()
    _until_healthy(deployed)


def _mounted(deployed: Deployed, folder: str) -> str:
    """Volume that the node has at a folder."""
    return next(str(mount["Name"]) for mount in deployed.node.attrs["Mounts"] if mount["Destination"] == folder)


def _until_healthy(deployed: Deployed) -> None:
    end = time.monotonic() + _READY_SECONDS
    while deployed.node.health != "healthy":
        if time.monotonic() > end:
            raise OpsError(f"{NODE}: not healthy {_READY_SECONDS} s after its start; see: docker logs {NODE}")
        time.sleep(0.5)


def _await(container: Container) -> None:
    end = time.monotonic() + _READY_SECONDS
    while True:
        try:
            said(container, ["pg_isready", "--quiet", "--host=127.0.0.1", f"--port={_PORT}"])
        except OpsError as error:
            if time.monotonic() > end:
                raise OpsError(f"{_NAME} takes no connection after {_READY_SECONDS} s: {error}") from error
            time.sleep(0.5)
        else:
            return
