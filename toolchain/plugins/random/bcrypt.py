"""Bcrypt through the C library's own crypt, so that no package is needed."""

import ctypes
import functools
import secrets
import threading

COST = 10
"""Rounds as a power of two; the official provider's value."""
_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LAST = ".Oeu"
"""A salt's 22nd character carries 2 bits; libxcrypt refuses any but these."""
_LOCK = threading.Lock()


def digest(text: str) -> str | None:
    """The bcrypt hash of the first 72 bytes, `$2b$10$…`; None where the C library has no bcrypt (such as musl)."""
    crypt = _crypt()
    if crypt is None:
        return None
    salt = "".join(secrets.choice(_ALPHABET) for _ in range(21)) + secrets.choice(_LAST)
    with _LOCK:  # crypt() answers in one static buffer
        answer: bytes | None = crypt(text.encode()[:72], f"$2b${COST}${salt}".encode())
    return answer.decode() if answer and answer.startswith(b"$2b$") else None


def verify(text: str, hashed: str) -> bool:
    """Whether `hashed` is a hash of `text`."""
    crypt = _crypt()
    if crypt is None:
        return False
    with _LOCK:
        return bool(crypt(text.encode()[:72], hashed.encode()) == hashed.encode())


@functools.cache
def _crypt() -> "ctypes._NamedFuncPointer | None":
    try:
        function = ctypes.CDLL("libcrypt.so.1").crypt
    except (OSError, AttributeError):
        return None
    function.restype = ctypes.c_char_p
    function.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    return function
