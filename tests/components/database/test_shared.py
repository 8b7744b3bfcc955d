"""What hands the shared configuration over, against real members of etcd."""

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from docker.models.containers import Container

from components.database.cluster import _PUT_INTO_ETCD, _SHARED_FILE
from components.database.render import DATA_DIR
from tests.components.authority import certified
from tests.components.etcd import ADDRESS, AUTHORITY, arguments, healthy, member
from tests.components.programs import FOLDERS, Ended, beside, execute, run, running

pytestmark = pytest.mark.images

MEMBERS = (member(0), member(1), member(2))


class Cluster:
    """Two members of three, and the third one when it is asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._mount = stack.enter_context(certified("etcd", AUTHORITY.server_files(ADDRESS)))
        self._mine = stack.enter_context(certified("timescaledb", AUTHORITY.server_files(ADDRESS)))
        self.first = self._start(0)
        self._start(1, "healthy")

    def _start(self, index: int, ready: str = "") -> Container:
        network = {} if index == 0 else {"network_mode": beside(self.first)}
        argv = healthy(MEMBERS[index]) if ready else ["true"]
        volumes = [*FOLDERS, DATA_DIR, self._mount]
        return self._stack.enter_context(
            running("etcd", arguments(MEMBERS, index), {}, argv, volumes=volumes, **network)
        )

    def complete(self) -> None:
        self._start(2, "healthy")

    def hand_over(self, seconds: int) -> Ended:
        argv = ["/bin/sh", "-euc", _PUT_INTO_ETCD, "/hft/config", str(seconds), *(str(each.client) for each in MEMBERS)]
        volumes = [*FOLDERS, self._mine]
        files = {_SHARED_FILE: '{"ttl": 20}'}
        return run("timescaledb", argv, files, network_mode=beside(self.first), volumes=volumes)

    def stored(self) -> str:
        """What the first member has of it."""
        key = base64.b64encode(b"/hft/config").decode()
        tls = [
            "--cacert",
            "/var/lib/hft/tls/ca.crt",
            "--cert",
            "/var/lib/hft/tls/tls.crt",
            "--key",
            "/var/lib/hft/tls/tls.key",
        ]
        argv = ["curl", "-fsS", *tls, "--data", json.dumps({"key": key}), f"https://{MEMBERS[0].client}/v3/kv/range"]
        found = json.loads(execute(self.first, argv).output)
        return base64.b64decode(found["kvs"][0]["value"]).decode()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(stack)


def test_nodes_wait_until_every_member_of_a_new_cluster_has_come_up(cluster: Cluster) -> None:
    early = cluster.hand_over(3)

    assert early.status == 1
    assert early.output.startswith("etcd is not ready in 3 s; the last word of 127.0.0.1:1238")

    cluster.complete()
    assert cluster.hand_over(30) == (0, "")
    assert cluster.stored() == '{"ttl": 20}'
