"""What both entry points share: the command line, the event loop, and the end by a signal."""

import argparse
import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

import uvloop
from aiohttp import web

from workloads import log
from workloads.config import ConfigError, Model, load, refuse

_log = log.Log("workloads")


def arguments(program: str, purpose: str, model: type[Model]) -> Model:
    """Return the settings in the file that `--config` names; a bad file ends the process with status 2."""
    parser = argparse.ArgumentParser(prog=f"python3 -m {program}", description=purpose)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="settings, a JSON file")
    try:
        return load(parser.parse_args().config, model)
    except ConfigError as error:
        refuse(error)


def run(make: Callable[[], web.Application], address: str, port: int) -> None:
    """Serve the application until SIGTERM or SIGINT, then let its clean-up run."""
    log.set_up()
    try:
        uvloop.run(_serve(make, address, port))
    except ConfigError as error:
        refuse(error)


_FAILED: web.AppKey[asyncio.Event] = web.AppKey("failed", asyncio.Event)


def fail(application: web.Application, ended: asyncio.Task[None]) -> None:
    """End the process with status 1 if a task that should run for ever has raised; for `add_done_callback`."""
    if not ended.cancelled() and (error := ended.exception()) is not None:
        logging.getLogger("workloads").error("failed", exc_info=error)
        application[_FAILED].set()
        signal.raise_signal(signal.SIGTERM)


async def _serve(make: Callable[[], web.Application], address: str, port: int) -> None:
    application = make()
    application[_FAILED] = asyncio.Event()
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await runner.setup()
    try:
        await web.TCPSite(runner, address, port).start()
    except OSError as error:
        await runner.cleanup()
        reason = os.strerror(error.errno or 0)
        raise ConfigError(f"listen {address}:{port}: {reason}; free the port or change the settings") from None
    # What exists by now lives as long as the process; the collector need not walk it again and again.
    gc.freeze()
    _log.info("listening", address=address, port=port)
    await stop.wait()
    _log.info("stopping")
    await runner.cleanup()
    _log.info("stopped")
    if application[_FAILED].is_set():
        raise SystemExit(1)
