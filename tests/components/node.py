"""A real node of the database for tests, alone beside its etcd, with the doors that it has in a stack."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker.models.containers import Container

from components._common.endpoint import DatabaseMember
from components._common.tls import SERVER_AUTHORITY_FILE
from components.database import DatabaseSettings
from components.database.render import BOOTSTRAP_FILE, DATA_DIR, SHARED_KEY, patroni_yml, shared_json
from tests.components.database.test_settings import database
from tests.components.etcd import ETCD, etcd, etcdctl
from tests.components.programs import FOLDERS, beside, running

# Patroni's check refuses 127.0.0.1 as the address of a member, but no other address of the loopback.
MEMBER = DatabaseMember(name="tsdb-0", address="127.0.0.2", postgres_port=15432, patroni_port=18008)
BOOTSTRAP = Path(__file__).parents[2] / "components/database/bootstrap.sh"
CLIENT = "127.0.0.1"
"""What a session on the loopback comes from."""
PASSWORDS = {
    "superuser": {"username": "postgres"},
    "replication": {"username": "replicator", "password": "r"},
    "rewind": {"username": "rewind_user", "password": "w"},
}
SMALLEST = {"hosts": ["a"], "synchronous_standbys": 0, "memory_mib": 512, "wal_mib": 256, "max_connections": 114}
SCRATCH: dict[str, Any] = {"tmpfs": {"/tmp": "", "/run/postgresql": ""}}
READY = ["curl", "-fsS", "--cacert", SERVER_AUTHORITY_FILE, f"https://{MEMBER.patroni}/readiness"]


def shared(settings: DatabaseSettings) -> str:
    """What the nodes share, for the only clients there are."""
    return shared_json(settings, [MEMBER.address, CLIENT])


def patroni_files(settings: DatabaseSettings) -> dict[str, str]:
    """The files of the node."""
    return {
        "/etc/hft/patroni/10-patroni.yml": patroni_yml(settings, MEMBER, [ETCD.client], [MEMBER.address]),
        "/etc/hft/patroni/20-authentication.yml": json.dumps({"postgresql": {"authentication": PASSWORDS}}),
        BOOTSTRAP_FILE: BOOTSTRAP.read_text(),
        "/run/secrets/db-admin": "a",
        "/run/secrets/db-rewind": "w",
    }


@contextmanager
def smallest_node(mount: str) -> Iterator[Container]:
    """The smallest node that the settings allow, once it leads; `mount` has its certificate."""
    settings = database(**SMALLEST)
    room = {"mem_limit": "512m", "memswap_limit": "512m", "shm_size": "256m"}
    with etcd() as store:
        etcdctl(store, "put", SHARED_KEY, shared(settings))
        options = {"network_mode": beside(store), "volumes": [*FOLDERS, DATA_DIR, mount], **SCRATCH, **room}
        with running("timescaledb", ["/etc/hft/patroni"], patroni_files(settings), READY, **options) as container:
            yield container
