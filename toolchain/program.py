"""Runs a user's Pulumi program inside the language host's process and says what went wrong in it."""

import asyncio
import contextvars
import logging
import os
import runpy
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import pulumi
from pulumi.errors import RunError
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2

_NOT_THE_PROGRAM = (
    "<frozen runpy>",
    runpy.__file__,
    *(str(Path(file).parent) for file in (pulumi.__file__, asyncio.__file__, __file__)),
)
"""Where frames come from that say nothing about the user's program."""


def run(request: language_pb2.RunRequest, engine: str) -> language_pb2.RunResponse:
    """Run the program that the engine at `engine` asks for; `bail` says that its error was shown already."""
    return contextvars.copy_context().run(_run, request, engine)


def entry_point(request: language_pb2.RunRequest) -> Path:
    """The Python file to run: Pulumi.yaml's `main`, a file or a folder with `__main__.py`, else the project's own."""
    path = Path(request.info.program_directory or request.pwd) / (request.info.entry_point or request.program or ".")
    return path / "__main__.py" if path.is_dir() else path


def _run(request: language_pb2.RunRequest, engine: str) -> language_pb2.RunResponse:
    reset_options(
        project=request.project,
        monitor_address=request.monitor_address,
        # Without it, what the program logs would be plain output, and its errors no errors to the engine.
        engine_address=engine,
        stack=request.stack,
        parallel=request.parallel,
        preview=request.dryRun,
        organization=request.organization or "organization",
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    # asyncio would report failures of tasks that the SDK has reported already.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    # As in the official executor: each resource operation may hold up to four threads.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=max(request.parallel, 1) * 4))
    try:
        error = _outcome(loop, _program(request))
        if error is None:
            return language_pb2.RunResponse()
        pulumi.log.error(error)
        return language_pb2.RunResponse(error="the program failed", bail=True)
    finally:
        _close(loop)
        sys.stdout.flush()
        sys.stderr.flush()


def _program(request: language_pb2.RunRequest) -> Callable[[], None]:
    file = entry_point(request)

    def program() -> None:
        os.chdir(request.pwd)
        sys.path.insert(0, str(file.parent))
        runpy.run_path(str(file), run_name="__main__")

    return program


def _outcome(loop: asyncio.AbstractEventLoop, program: Callable[[], None]) -> str | None:
    """What to tell the user, None when all went well."""
    try:
        loop.run_until_complete(run_in_stack(program))
    except RunError as error:
        return str(error)
    except SystemExit as error:
        return None if error.code in (None, 0) else f"the program exited with {error.code}"
    except grpc.RpcError as error:
        # An engine that shuts down closes its monitor first; it has told the user why.
        return None if error.code() is grpc.StatusCode.UNAVAILABLE else f"RPC error: {error.details()}"
    except Exception as error:
        return f"Program failed with an unhandled exception:\n{readable(error)}"
    return None


def readable(error: BaseException) -> str:
    """Traceback with the program's own frames only; the SDK gives none for an error inside an `apply`."""
    report = traceback.TracebackException.from_exception(error)
    _keep_program_frames(report)
    return "".join(report.format()).rstrip()


def _keep_program_frames(report: traceback.TracebackException) -> None:
    kept = [frame for frame in report.stack if not frame.filename.startswith(_NOT_THE_PROGRAM)]
    report.stack = traceback.StackSummary.from_list(kept)
    for earlier in (report.__cause__, report.__context__):
        if earlier is not None:
            _keep_program_frames(earlier)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            loop.run_until_complete(task)
    loop.close()
