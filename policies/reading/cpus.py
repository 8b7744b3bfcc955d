"""Lists of CPUs as Docker and the kernel write them."""

import re

# Four digits: Linux counts at most 8192 CPUs (NR_CPUS), and a slip of the pen must not count to a billion.
_CPU_SET = re.compile(r"[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*")


def cpus(cpu_set: str) -> frozenset[int] | None:
    """The CPUs of a list such as `2-3,6`; None if it is none."""
    if not _CPU_SET.fullmatch(cpu_set):
        return None
    spans = [[int(end) for end in span.split("-")] for span in cpu_set.split(",")]
    if any(span[0] > span[-1] for span in spans):
        return None
    return frozenset(cpu for span in spans for cpu in range(span[0], span[-1] + 1))
