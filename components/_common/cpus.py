"""CPU lists as Linux writes them ("0-1,4"); pure."""

from collections.abc import Iterable


def parse_cpus(text: str) -> frozenset[int]:
    """The CPUs of a list such as "0-3,8". Raises ValueError on anything else, and on an empty or reversed range."""
    cpus: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"{text!r} is not a CPU list; write it as in '2-3' or '0,4-7'")
        low, high = int(first), int(last or first)
        if high < low:
            raise ValueError(f"{text!r} has a reversed range {part.strip()!r}; write it as '{high}-{low}'")
        cpus.update(range(low, high + 1))
    return frozenset(cpus)


def format_cpus(cpus: Iterable[int]) -> str:
    """The shortest list that Docker accepts for these CPUs: {0, 1, 2, 5} → "0-2,5"."""
    runs: list[list[int]] = []
    for cpu in sorted(set(cpus)):
        if runs and cpu == runs[-1][1] + 1:
            runs[-1][1] = cpu
        else:
            runs.append([cpu, cpu])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
