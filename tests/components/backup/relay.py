"""Stands between a client of TLS and its server, and shows the server a certificate of its own choice, or none."""

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

from components._common.endpoint import Endpoint

_HERE = "127.0.0.1"
# One that has lost its other end does not say goodbye.
_END_SECONDS = 1


@contextmanager
def relay(to: Endpoint, own: Mapping[str, str], shown: Mapping[str, str] | None, folder: Path) -> Iterator[Endpoint]:
    """Where it listens, until the block ends: with the files `own` towards clients, and `shown` towards the server.

    Both are as `Authority.server_files` makes them; `folder` takes them.
    """
    answers = _context(ssl.PROTOCOL_TLS_SERVER, own, folder)
    asks = _context(ssl.PROTOCOL_TLS_CLIENT, shown, folder)
    asks.load_verify_locations(cadata=own["/etc/hft/ca.crt"])
    listens: Future[Endpoint] = Future()
    done = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(to, answers, asks, listens, done)))
    thread.start()
    try:
        yield listens.result(timeout=10)
    finally:
        done.set()
        thread.join()


async def _serve(
    to: Endpoint, answers: ssl.SSLContext, asks: ssl.SSLContext, listens: "Future[Endpoint]", done: threading.Event
) -> None:
    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(to.address, to.port, ssl=asks, ssl_shutdown_timeout=_END_SECONDS)
        await asyncio.gather(_pumped(reader, back), _pumped(there, writer))

    async with asyncio.TaskGroup() as connections:
        server = await asyncio.start_server(
            lambda *ends: connections.create_task(joined(*ends)),
            *(_HERE, 0),
            ssl=answers,
            ssl_shutdown_timeout=_END_SECONDS,
        )
        async with server:
            listens.set_result(Endpoint(_HERE, server.sockets[0].getsockname()[1]))
            await asyncio.to_thread(done.wait)


async def _pumped(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await source.read(65536):
            sink.write(part)
            await sink.drain()
    sink.close()
    with suppress(OSError):
        await sink.wait_closed()


def _context(protocol: int, files: Mapping[str, str] | None, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    if files:
        pem = folder / "pem"
        pem.write_text(files["/run/secrets/tls-key"] + files["/etc/hft/tls.crt"])
        context.load_cert_chain(pem)
    return context
