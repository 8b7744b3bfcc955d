"""Waits for all outputs of a program together.

The SDK waits for the first of them, then for the first of the others, and so on: a container has 77, a stack hundreds
of resources, and each of those waits looks at all that are left.
"""

import asyncio
from typing import Any

from pulumi.runtime import settings

# The SDK declares these attributes in a way that type checkers cannot read.
_run: Any = settings.SETTINGS


async def settled() -> None:
    """Return once every output is known, or something has failed: the SDK's own wait comes after this, and tells.

    For `pulumi.run`.
    """
    while not any(map(_failed, begun := _begun())) and (pending := [each for each in begun if not each.done()]):
        await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)


def _begun() -> list["asyncio.Future[object]"]:
    with _run.lock:
        outputs = list(_run.outputs)
    return [*outputs, *filter(asyncio.isfuture, _run.rpc_manager.rpcs)]


def _failed(future: "asyncio.Future[object]") -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)
