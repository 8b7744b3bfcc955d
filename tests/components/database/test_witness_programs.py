"""The witness's image with its real firewall, and its view of a real etcd; on networks that end with the test."""

from collections.abc import Iterator

import pytest
from docker.models.containers import Container

from components.database.render import SHARED_KEY
from tests.components.authority import certified
from tests.components.etcd import ADDRESS, AUTHORITY, etcd, etcdctl, member
from tests.components.programs import FOLDERS, Ended, beside, execute, running

pytestmark = pytest.mark.images

LISTENER = """\
import socket, time
servers = [socket.create_server(("127.0.0.2", port)) for port in (15432, 18008, 9)]
time.sleep(600)
"""
FENCED = """\
import asyncio, socket, sys, time
from workloads.witness.fence import Fence

def reached(port):
    begun = time.monotonic()
    try:
        socket.create_connection(("127.0.0.2", port), timeout=1).close()
        return "accepted"
    except ConnectionRefusedError:
        assert time.monotonic() - begun < 0.5
        return "refused"
    except TimeoutError:
        return "silent"

async def main():
    fence = Fence("hft_test_witness", [15432, 18008])
    await fence.set_up()
    said = [await fence.fenced(), reached(15432), reached(18008)]
    stream = socket.create_connection(("127.0.0.2", 15432), timeout=1)
    await fence.put("127.0.0.2")
    await fence.put("127.0.0.2")
    await fence.set_up()
    said += [await fence.fenced(), reached(15432), reached(18008), reached(9)]
    try:
        stream.sendall(b"confirmed")
        stream.recv(1)
        said.append("went through")
    except OSError:
        said.append("stream cut")
    await fence.take_away("127.0.0.2")
    await fence.take_away("127.0.0.2")
    said += [await fence.fenced(), reached(15432)]
    await fence.put("127.0.0.2")
    await asyncio.sleep(10.5)
    said += [await fence.fenced(), reached(15432)]
    await fence.remove()
    print(said)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def listener() -> Iterator[Container]:
    """A network of its own with servers on 127.0.0.2."""
    with running("workloads", ["-c", LISTENER], {}, ["true"], entrypoint=["python3"]) as container:
        yield container


def test_a_fence_cuts_the_databases_ports_of_one_address_and_ends_by_itself(listener: Container) -> None:
    witness = {"network_mode": beside(listener), "cap_add": ["NET_ADMIN"], "entrypoint": ["sleep"]}
    with running("witness", ["600"], {}, ["true"], **witness) as container:
        ended = execute(container, ["python3", "-c", FENCED])

    before, while_fenced = [False, "accepted", "accepted"], [True, "refused", "refused", "accepted", "stream cut"]
    taken_away = ended_by_itself = [False, "accepted"]
    assert ended.output.strip() == str([*before, *while_fenced, *taken_away, *ended_by_itself])
    assert ended.status == 0


def test_without_the_capability_it_says_so(listener: Container) -> None:
    script = "import asyncio\nfrom workloads.witness.fence import Fence\nasyncio.run(Fence('hft_test', [1]).set_up())"
    with running("witness", ["600"], {}, ["true"], network_mode=beside(listener), entrypoint=["sleep"]) as container:
        ended = execute(container, ["python3", "-c", script])

    assert ended.status == 1
    assert "workloads.witness.fence.FenceError: nft: " in ended.output
    assert "Operation not permitted" in ended.output


STALLED = """\
import asyncio, os, socket, subprocess, time
from workloads.witness.stalled import PeerConnections

def connected(port):
    server = socket.create_server(("127.0.0.2", port))
    return server, socket.create_connection(("127.0.0.2", port)), server.accept()[0]

def alive(end):
    try:
        end.setblocking(False)
        return end.recv(1) == b"x"
    except BlockingIOError:
        return True
    except OSError:
        return False

async def main():
    peers = PeerConnections([12479, 12480])
    stalled, well, other = connected(12479), connected(12480), connected(9)
    rules = "add table inet deaf; add chain inet deaf arriving { type filter hook input priority 0; };"
    for port in (12479, 9):
        rules += f"add rule inet deaf arriving tcp dport {port} drop;"
    subprocess.run(["nft", rules], check=True)
    for _, near, _ in (stalled, well, other):
        near.sendall(b"x")
    said = [await peers.end_stalled()]
    time.sleep(5)
    said.append(await peers.end_stalled())
    said += [alive(near) for _, near, _ in (stalled, well, other)]
    said.append(await peers.end_stalled())
    print(said)

asyncio.run(main())
"""


def test_a_connection_of_etcd_that_nobody_acknowledges_is_ended_and_no_other() -> None:
    with running("witness", ["600"], {}, ["true"], cap_add=["NET_ADMIN"], entrypoint=["sleep"]) as container:
        ended = execute(container, ["python3", "-c", STALLED])

    assert ended == (0, "[0, 1, False, True, True, 0]\n")


def test_connections_cannot_be_ended_without_the_capability() -> None:
    script = "import asyncio\nfrom workloads.witness.stalled import _ss\nasyncio.run(_ss('--kill', 'dst', '127.0.0.2'))"
    with running("workloads", ["-c", LISTENER], {}, ["true"], entrypoint=["python3"]) as listener:
        connect = "import socket, time; s = socket.create_connection(('127.0.0.2', 9)); time.sleep(600)"
        listener.exec_run(["python3", "-c", connect], detach=True)
        options = {"network_mode": beside(listener), "entrypoint": ["sleep"], "user": "10001"}
        with running("witness", ["600"], {}, ["true"], **options) as container:
            ended = execute(container, ["python3", "-c", script])

    assert (ended.status, "workloads.witness.stalled.SocketError: ss: " in ended.output) == (1, True), ended.output


TLS = """\
from pathlib import Path
from workloads.tls import ClientTls, TlsSettings
own = Path("/var/lib/hft/tls")
files = {"authority_file": own / "ca.crt", "certificate_file": own / "tls.crt", "key_file": own / "tls.key"}
tls = ClientTls(TlsSettings(**files))
"""
STORED = (
    TLS
    + """\
import asyncio, json
from workloads.etcd import Etcd
from workloads.witness.store import Store

async def main():
    async with Etcd(["https://127.0.0.1:1", "https://127.0.0.1:12379"], tls, 2) as etcd:
        store = Store(etcd, "/hft/hft/")
        view = await store.view()
        said = [view.standing.leader, sorted(view.standing.voters), view.standing.quorum, dict(view.votes)]
        vote = await store.new_vote(view.standing.verdict)
        await store.cast("beta", vote)
        votes = (await store.view()).votes
        said.append(votes == {"beta": view.standing.verdict})
        said.append(await store.depose(view.standing, {**votes, "gamma": view.standing.verdict}))
        await store.end(vote.lease)
        await store.end(vote.lease)
        said.append(dict((await store.view()).votes))
        said.append(await store.depose(view.standing, votes))
        vote = await store.new_vote(view.standing.verdict)
        await store.cast("beta", vote)
        said.append(await store.depose(view.standing, votes))
        said.append((await store.view()).standing)
        said.append(view.standing.lease)
    print(json.dumps(said))

asyncio.run(main())
"""
)


def as_witness(etcd: Container, script: str) -> Ended:
    """What a script says that runs beside etcd with a witness's image, user and certificate."""
    with certified("witness", AUTHORITY.server_files(ADDRESS)) as mount:
        options = {"network_mode": beside(etcd), "entrypoint": ["sleep"], "volumes": [*FOLDERS, mount]}
        with running("witness", ["600"], {}, ["true"], **options) as container:
            return execute(container, ["python3", "-c", script])


def test_a_lease_is_taken_away_only_by_votes_that_still_stand() -> None:
    with etcd() as container:
        for key, value in {
            "/hft/hft/leader": "tsdb-0",
            "/hft/hft/sync": '{"leader":"tsdb-0","quorum":1,"sync_standby":"tsdb-1,tsdb-2"}',
            SHARED_KEY: "{}",
            "/hft/hfu": "of another",
        }.items():
            etcdctl(container, "put", key, value)
        ended = as_witness(container, STORED)

    assert ended.output.strip() == (
        '["tsdb-0", ["tsdb-1", "tsdb-2"], 1, {}, true, false, {}, false, true, null, "0"]'
    ), ended.output


MOVED = (
    TLS
    + """\
import asyncio, json
from workloads.etcd import Etcd
from workloads.witness.leadership import EtcdLeadership

async def leads(etcd):
    status = await etcd.call("maintenance/status", {})
    return status["leader"] == status["header"]["member_id"]

async def main():
    said = []
    for port in (12379, 12380, 12381):
        async with Etcd([f"https://127.0.0.1:{port}"], tls, 5) as etcd:
            led = await leads(etcd)
            leadership = EtcdLeadership(etcd)
            await leadership.move_away()
            said.append([led, await leads(etcd)])
            if led:
                break
    await EtcdLeadership(None).move_away()
    print(json.dumps([said[-1], said[:-1] == [[False, False]] * (len(said) - 1)]))

asyncio.run(main())
"""
)


def test_etcds_leader_moves_to_another_member() -> None:
    with etcd([member(index) for index in range(3)]) as last:
        ended = as_witness(last, MOVED)

    assert ended.output.splitlines()[-1] == "[[true, false], true]"
