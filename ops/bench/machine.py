"""What figures were measured on."""

import os
import platform


def machine() -> str:
    """The machine and what it was doing."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} CPUs, Linux {platform.release()}, Python {platform.python_version()}, where {load:.1f} "
        "processes wanted a CPU at the start"
    )
