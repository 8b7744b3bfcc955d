"""A program's certificate against real handshakes on the loopback."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.components.authority import Authority, key
from tests.workloads.parts import own, serving
from workloads.tls import ClientTls

OURS, STRANGER = Authority(), Authority("stranger")
Server = tuple[int, list[bytes]]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """Port of a server of ours, and the certificates that it was shown, in DER."""
    shown: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=serving(tmp_path / "server", OURS))
    async with listening:
        yield listening.sockets[0].getsockname()[1], shown


@asynccontextmanager
async def connected(tls: ClientTls, port: int) -> AsyncIterator[Stream]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls.context())
    yield reader, writer
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def answered(stream: Stream) -> bool:
    """Whether the server answers: with TLS 1.3 a client hears of a refusal when it reads."""
    reader, writer = stream
    with suppress(OSError):
        writer.write(b"x\n")
        return await reader.readline() == b"x\n"
    return False


def der(files: dict[str, str]) -> bytes:
    return ssl.PEM_cert_to_DER_cert(files["/etc/hft/tls.crt"])


async def test_a_renewed_certificate_is_shown_to_the_next_server_and_what_is_open_stays(
    server: Server, tmp_path: Path
) -> None:
    port, shown = server
    of = key()
    first, second = OURS.server_files("127.0.0.1", of=of), OURS.server_files("127.0.0.1", of=of)
    tls = ClientTls(own(tmp_path, first))
    context = tls.context()
    async with connected(tls, port) as before:
        os.utime(own(tmp_path, second).certificate_file, ns=(1, 1))
        async with connected(tls, port) as after:
            assert (await answered(before), await answered(after)) == (True, True)

    assert shown == [der(first), der(second)]
    # aiohttp keeps connections by their context.
    assert tls.context() is context


async def test_a_client_of_another_authority_is_refused(server: Server, tmp_path: Path) -> None:
    port, _ = server
    tls = ClientTls(own(tmp_path, {**STRANGER.server_files("127.0.0.1"), "/etc/hft/ca.crt": OURS.pem}))

    async with connected(tls, port) as stream:
        assert not await answered(stream)


@pytest.mark.parametrize(
    ("authority", "address", "reason"),
    [(STRANGER, "127.0.0.1", "unable to get local issuer certificate"), (OURS, "127.0.0.2", "IP address mismatch")],
)
async def test_a_server_of_another_authority_or_for_another_address_is_not_asked(
    tmp_path: Path, authority: Authority, address: str, reason: str
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    (tmp_path / "server").mkdir()
    files = own(tmp_path / "server", authority.server_files(address))
    context.load_cert_chain(files.certificate_file, files.key_file)
    tls = ClientTls(own(tmp_path, OURS.server_files("127.0.0.1")))
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context) as listening:
        with pytest.raises(ssl.SSLCertVerificationError, match=reason):
            await connected(tls, listening.sockets[0].getsockname()[1]).__aenter__()


async def test_todays_tls_or_none(tmp_path: Path) -> None:
    context = serving(tmp_path / "server", OURS)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    tls = ClientTls(own(tmp_path, OURS.server_files("127.0.0.1")))
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context) as listening:
        with pytest.raises(ConnectionResetError):
            await connected(tls, listening.sockets[0].getsockname()[1]).__aenter__()


async def test_a_key_that_was_made_anew_before_its_certificate_is_told_and_then_taken(
    server: Server, tmp_path: Path
) -> None:
    port, _ = server
    first, second = OURS.server_files("127.0.0.1"), OURS.server_files("127.0.0.1")
    tls = ClientTls(own(tmp_path, first))
    tls.context()

    own(tmp_path, {"/run/secrets/tls-key": second["/run/secrets/tls-key"]})
    os.utime(tmp_path / "tls.crt", ns=(1, 1))
    with pytest.raises(OSError, match="key values mismatch"):
        tls.context()

    own(tmp_path, second)
    async with connected(tls, port) as stream:
        assert await answered(stream)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    files = own(tmp_path, OURS.server_files("127.0.0.1"))
    files.certificate_file.unlink()
    with pytest.raises(FileNotFoundError, match=r"tls\.crt"):
        ClientTls(files).context()
    files.authority_file.unlink()
    with pytest.raises(FileNotFoundError):
        ClientTls(files)
