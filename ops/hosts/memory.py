"""Checks of what makes a whole host stall or sleep: huge pages, swap, sleeping sockets; pure."""

from collections.abc import Iterator

from ops.hosts.result import Check, Result, Subject

HUGEPAGES = Check(
    name="hugepages-never",
    rule="L18",
    wanted="never",
    why="khugepaged stops a process for 0.1 to 1 ms while it joins pages",
    source="trading-latency-benchmark, part 2 reference; tuned network-latency",
    fix="boot with transparent_hugepage=never",
)
SWAP = Check(
    name="no-swap",
    rule="L06",
    wanted="no swap",
    why="a page that was swapped out is read from disk in milliseconds, in the middle of an order",
    source="CIS 5.11; tuned latency-performance",
    fix="swapoff -a, and take swap out of /etc/fstab",
)
BUSY = Check(
    name="sockets-poll",
    rule="L32",
    wanted="net.core.busy_read and busy_poll above 0",
    why="a socket that polls saves the 5 to 15 µs of an interrupt; it costs CPU, which an engine's own cores have",
    source="trading-latency-benchmark, part 2 reference; tuned network-latency (50)",
    fix="set net.core.busy_read=50 and net.core.busy_poll=50 in /etc/sysctl.d, or SO_BUSY_POLL per socket",
)


def judge(subject: Subject) -> Iterator[Result]:
    """Of any host; sockets only where engines are."""
    yield _hugepages(subject)
    yield _swap(subject)
    if subject.engines:
        yield _busy(subject)


def _hugepages(subject: Subject) -> Result:
    found = subject.facts.told.hugepages
    if found is None:
        return HUGEPAGES.result(subject, "pass", "this kernel has none")
    state = "pass" if found == "never" else "warn" if found == "madvise" else subject.severe
    return HUGEPAGES.result(subject, state, found)


def _swap(subject: Subject) -> Result:
    told = subject.facts.told
    if told.swaps is None:
        return SWAP.result(subject, "unknown", "the kernel does not tell")
    if not told.swaps:
        return SWAP.result(subject, "pass", "none")
    return SWAP.result(subject, subject.severe, f"{', '.join(told.swaps)}, swappiness {told.swappiness}")


def _busy(subject: Subject) -> Result:
    told = subject.facts.told
    if told.busy_read is None or told.busy_poll is None:
        return BUSY.result(subject, "unknown", "the kernel does not tell")
    found = f"busy_read {told.busy_read}, busy_poll {told.busy_poll}"
    return BUSY.result(subject, "pass" if told.busy_read > 0 and told.busy_poll > 0 else "warn", found)
