"""Looks at the certificates that parts show: one that is broken keeps clients out of a part that runs."""

import socket
import ssl
import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from ops.doctor.collect.targets import trust, why
from ops.doctor.facts import Door
from ops.doctor.plan import Plan, PlannedDoor

_ANSWER_SECONDS = 4
_AT_ONCE = 8
_REQUEST = struct.pack("!ii", 8, 80877103)
"""SSLRequest of the PostgreSQL protocol, message formats."""


def look(plan: Plan) -> tuple[Door, ...]:
    """Every door of the plan, in its order; none without an authority to judge them by."""
    if not plan.authority:
        return ()
    context = trust(plan.authority)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return tuple(pool.map(lambda each: _knocked(each, context), plan.doors))


def _knocked(door: PlannedDoor, context: ssl.SSLContext) -> Door:
    host, _, port = door.address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), _ANSWER_SECONDS) as plain:
            return _shown(door, plain, context, host)
    except (OSError, ValueError) as error:
        return Door(part=door.part, address=door.address, problem=why(error))


def _shown(door: PlannedDoor, plain: socket.socket, context: ssl.SSLContext, host: str) -> Door:
    if door.starttls:
        plain.sendall(_REQUEST)
        if (answer := plain.recv(1)) != b"S":
            return Door(
                part=door.part,
                address=door.address,
                problem="it offers no TLS" if answer else "it closes the connection",
                refused=bool(answer),
            )
    try:
        with context.wrap_socket(plain, server_hostname=host) as secure:
            return Door(part=door.part, address=door.address, ends=_end(secure))
    except TimeoutError as error:
        return Door(part=door.part, address=door.address, problem=why(error))
    except ssl.SSLError as error:
        return Door(part=door.part, address=door.address, problem=_words(error), refused=True)


def _words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    return f"TLS fails: {(error.reason or 'closed').lower().replace('_', ' ')}"


def _end(secure: ssl.SSLSocket) -> datetime | None:
    certificate = secure.getpeercert() or {}
    text = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC) if isinstance(text, str) else None
