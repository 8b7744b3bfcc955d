"""TLS, against an endpoint of one's own in front of the real daemon, with certificates made here."""

import asyncio
import contextlib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.toolchain.plugins.docker.conftest import SOCKET, Stack, refusal
from toolchain.plugins.docker import transport
from toolchain.plugins.docker.plugin import provider

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True)
class Authority:
    """A certificate authority, in a folder with what it signed."""

    folder: Path

    def material(self, *parts: str) -> dict[str, str]:
        return {f"{part}Material": (self.folder / f"{part}.pem").read_text() for part in parts}


def _openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def authority(folder, address="IP:127.0.0.1"):
    """Makes ca.pem, the daemon's server.pem and server.key, and a client's cert.pem and key.pem."""
    folder.mkdir()
    _openssl(folder, "req", "-x509", *NEW_KEY, "-days", "1", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
    (folder / "names").write_text(f"subjectAltName={address}\n")
    for name, cert, key in (("server", "server.pem", "server.key"), ("client", "cert.pem", "key.pem")):
        _openssl(folder, "req", *NEW_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", f"{name}.csr")
        issue = ["x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        _openssl(folder, *issue, "-days", "1", "-extfile", "names", "-out", cert)
    return Authority(folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("tls") / "site")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("tls") / "other", address="DNS:elsewhere.example")


@pytest.fixture
async def listen(daemon):
    """Starts a TLS endpoint that asks clients for a certificate, and gives its address."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(signed_by):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(signed_by.folder / "server.pem", signed_by.folder / "server.key")
            context.load_verify_locations(signed_by.folder / "ca.pem")
            context.verify_mode = ssl.CERT_REQUIRED
            relay = Relay()
            server = await asyncio.start_server(relay.join, "127.0.0.1", 0, ssl=context)
            stack.push_async_callback(relay.end)
            stack.callback(server.close)
            return f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"

        yield start


class Relay:
    """Joins connections to the real daemon's socket."""

    def __init__(self):
        self._tasks = set()

    async def join(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        from_daemon, to_daemon = await asyncio.open_unix_connection(SOCKET)
        pumps = [asyncio.create_task(_pump(reader, to_daemon)), asyncio.create_task(_pump(from_daemon, writer))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            writer.transport.abort()
            to_daemon.transport.abort()

    async def end(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _pump(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


@pytest.fixture
async def connecting(serve):
    async def configure(host, **settings):
        running = await serve(provider())
        await running.configure(host=host, **settings)
        return Stack(running)

    return configure


@pytest.mark.images
async def test_a_daemon_behind_mutual_tls_is_served_like_any_other(listen, connecting, site, daemon, name):
    stack = await connecting(await listen(site), **site.material("ca", "cert", "key"))
    made = await stack.up("Volume", name=name)
    assert daemon.inspect_volume(name)["Name"] == made.id
    await stack.down(made)


@pytest.mark.images
async def test_the_material_may_lie_in_a_folder(listen, connecting, site):
    await connecting(await listen(site), certPath=str(site.folder))


@pytest.mark.images
async def test_without_an_authority_the_daemon_is_not_verified(listen, connecting, site):
    await connecting(await listen(site), **site.material("cert", "key"))


@pytest.mark.images
async def test_a_daemon_of_another_authority_is_refused(listen, connecting, site, other):
    host = await listen(site)
    said = await refusal(connecting(host, **site.material("cert", "key"), **other.material("ca")))
    assert said.startswith(f"failed to connect to docker daemon at {host}: [SSL: CERTIFICATE_VERIFY_FAILED]")


@pytest.mark.images
async def test_a_daemon_whose_certificate_names_another_host_is_refused(listen, connecting, other):
    host = await listen(other)
    said = await refusal(connecting(host, **other.material("ca", "cert", "key")))
    assert said.startswith(f"failed to connect to docker daemon at {host}: ")
    assert "IP address mismatch, certificate is not valid for '127.0.0.1'" in said


@pytest.mark.images
@pytest.mark.parametrize("parts", [["ca"], []])
async def test_a_daemon_that_wants_a_certificate_refuses_who_has_none(listen, connecting, site, parts):
    host = await listen(site)
    said = await refusal(connecting(host, **site.material(*parts)))
    assert said.startswith(f"failed to connect to docker daemon at {host}: ")


@pytest.mark.images
async def test_a_client_of_another_authority_is_refused_by_the_daemon(listen, connecting, site, other):
    host = await listen(site)
    said = await refusal(connecting(host, **site.material("ca"), **other.material("cert", "key")))
    assert said.startswith(f"failed to connect to docker daemon at {host}: ")


@pytest.mark.images
async def test_material_that_is_no_pem_is_refused_without_showing_it(listen, connecting, site):
    host = await listen(site)
    material = {**site.material("ca", "cert"), "keyMaterial": "not-a-key-but-secret"}
    said = await refusal(connecting(host, **material))
    assert said.startswith(f"failed to connect to docker daemon at {host}: ")
    assert "not-a-key-but-secret" not in said


def test_keys_are_never_written_to_a_disk():
    path = Path(transport._in_memory("the key"))
    assert path.read_text() == "the key"
    assert path.readlink().name.startswith("memfd:docker-tls")
    assert transport._in_memory("the key") == str(path)
