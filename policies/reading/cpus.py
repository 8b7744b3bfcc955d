"""Lists of CPUs as Docker and the kernel write them."""

import re

from components._common.cpus import parse_cpus

# Four digits: Linux counts at most 8192 CPUs (NR_CPUS), and a slip of the pen must not count to a billion.
_CPU_SET = re.compile(r"[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*")


def cpus(cpu_set: str) -> frozenset[int] | None:
    """The CPUs of a list such as `2-3,6`; None if it is none."""
    if not _CPU_SET.fullmatch(cpu_set):
        return None
    try:
        return parse_cpus(cpu_set)
    except ValueError:
        return None
