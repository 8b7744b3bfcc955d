"""A real node of the database for tests, alone beside its etcd, with the doors that it has in a stack."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker.models.containers import Container

from components._common.endpoint import DatabaseMember
from components._common.tls import SERVER_AUTHORITY_FILE, TLS_DIR
from components.database import DatabaseSettings
from components.database.passwords import _WRITE
from components.database.render import BOOTSTRAP_FILE, DATA_DIR, PASSWORDS_DIR, SHARED_KEY, patroni_yml, shared_json
from tests.components.database.test_settings import database
from tests.components.etcd import ETCD, etcd, etcdctl
from tests.components.programs import FOLDERS, beside, run, running

# Patroni's check refuses 127.0.0.1 as the address of a member, but no other address of the loopback.
MEMBER = DatabaseMember(name="tsdb-0", address="127.0.0.2", postgres_port=15432, patroni_port=18008)
BOOTSTRAP = Path(__file__).parents[2] / "components/database/bootstrap.sh"
CLIENT = "127.0.0.1"
"""What a session on the loopback comes from."""
PASSWORDS = {"db-admin": "a", "db-replication": "r", "db-rewind": "w"}
"""Secret → value."""
SMALLEST = {"hosts": ["a"], "synchronous_standbys": 0, "memory_mib": 512, "wal_mib": 256, "max_connections": 114}
SCRATCH: dict[str, Any] = {"tmpfs": {"/tmp": "", "/run/postgresql": ""}}
OTHER = DatabaseMember(name="tsdb-1", address="127.0.0.3", postgres_port=15432, patroni_port=18008)
"""A second node of the same cluster."""


def shared(settings: DatabaseSettings) -> str:
    """What the nodes share, for the only clients there are."""
    return shared_json(settings, [MEMBER.address, CLIENT])


def ready(member: DatabaseMember = MEMBER) -> list[str]:
    """The check, as argv, that the first node leads, with all that a new cluster gets, or another one follows it."""
    role = "primary" if member == MEMBER else "replica"
    return ["curl", "-fsS", "--cacert", SERVER_AUTHORITY_FILE, f"https://{member.patroni}/{role}"]


def patroni_files(settings: DatabaseSettings, member: DatabaseMember = MEMBER) -> dict[str, str]:
    """The files of a node."""
    return {
        "/etc/hft/patroni/10-patroni.yml": patroni_yml(settings, member, [ETCD.client], [MEMBER.address]),
        BOOTSTRAP_FILE: BOOTSTRAP.read_text(),
    }


def secrets(passwords: Mapping[str, str] = PASSWORDS) -> dict[str, str]:
    """The files of secrets in a container that has them uploaded."""
    return {f"/run/secrets/{name}": value for name, value in passwords.items()}


def write_passwords(mount: str, passwords: Mapping[str, str] = PASSWORDS) -> list[str]:
    """Write the passwords of a node beside its certificate, as the stack's one-shot does; the mounts of the node."""
    volume = mount.partition(":")[0]
    argv = ["sh", "-euc", _WRITE]
    ended = run("timescaledb", argv, secrets(passwords), volumes=[*FOLDERS, f"{volume}:{TLS_DIR}"])
    assert ended == (0, "")
    return [mount, f"{volume}:{PASSWORDS_DIR}:ro"]


@contextmanager
def node(
    store: Container, settings: DatabaseSettings, mount: str, member: DatabaseMember = MEMBER
) -> Iterator[Container]:
    """A node of the smallest size, once it leads or follows; `mount` has its certificate."""
    options = {
        "network_mode": beside(store),
        "volumes": [*FOLDERS, DATA_DIR, *write_passwords(mount)],
        **SCRATCH,
        **{"mem_limit": "512m", "memswap_limit": "512m", "shm_size": "256m"},
    }
    files = patroni_files(settings, member)
    with running("timescaledb", ["/etc/hft/patroni"], files, ready(member), **options) as container:
        yield container


@contextmanager
def smallest_node(mount: str) -> Iterator[Container]:
    """The smallest node that the settings allow, once it leads; `mount` has its certificate."""
    settings = database(**SMALLEST)
    with etcd() as store:
        etcdctl(store, "put", SHARED_KEY, shared(settings))
        with node(store, settings, mount) as container:
            yield container
