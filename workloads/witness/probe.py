"""Whether anything of the primary is left, as its host's kernel answers."""

import asyncio
import contextlib
import socket

from workloads.witness.settings import Member


async def accepts(member: Member, timeout_seconds: float) -> bool:
    """Say whether PostgreSQL or Patroni of a node takes a connection.

    The kernel of its host answers, so one that is frozen, starved of CPU or waiting for its disk still does; refused
    or unanswered on both ports means that both processes are gone, or the host, or the way to it. Patroni is asked only
    where PostgreSQL is not quick: it has a thread and a traceback for each connection without a handshake.
    """
    alone = timeout_seconds / 4
    async with asyncio.TaskGroup() as group:
        answers = [group.create_task(_connects(member.address, member.postgres_port, timeout_seconds))]
        await asyncio.wait(answers, timeout=alone)
        if not (answers[0].done() and answers[0].result()):
            rest = timeout_seconds - alone
            answers.append(group.create_task(_connects(member.address, member.patroni_port, rest)))
    return any(answer.result() for answer in answers)


async def _connects(address: str, port: int, timeout_seconds: float) -> bool:
    with socket.socket() as connection, contextlib.suppress(OSError):
        connection.setblocking(False)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await asyncio.get_running_loop().sock_connect(connection, (address, port))
        # Asked of the kernel: a witness that is starved itself sees its own time-out before the answer that was there.
        connection.getpeername()
        return True
    return False
