"""The kernel's own bound of the clock's error."""

import ctypes
import math
from typing import Final

_libc = ctypes.CDLL(None, use_errno=True)
_UNSYNCHRONISED: Final = 0x0040  # STA_UNSYNC, linux/timex.h


class _Timex(ctypes.Structure):
    """The head of `struct timex` (linux/timex.h); the rest is room for what the kernel writes."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 32),
    ]


def error_seconds() -> float:
    """Return the maximum error of the wall clock; not a number while nothing disciplines it."""
    timex = _Timex()
    if _libc.adjtimex(ctypes.byref(timex)) < 0 or timex.status & _UNSYNCHRONISED:
        return math.nan
    return float(timex.maxerror) / 1e6
