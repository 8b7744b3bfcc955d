"""A label of a metric, and what bounds its values: each value is a series of its own, in memory and on disk."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Label:
    """One label; raises ValueError where nothing bounds it, such as of an order's id."""

    name: str
    values: tuple[str, ...] = ()
    """Those that are known by name."""
    others: int = 0
    """How many more one target shows at most; 0 closes the set."""
    bound: str = ""
    """What bounds the others."""

    def __post_init__(self) -> None:
        if not self.values and not self.others:
            raise ValueError(f"label {self.name}: has no bound; name its values, or how many there are at most")
        if bool(self.others) != bool(self.bound):
            raise ValueError(f"label {self.name}: others={self.others} and bound={self.bound!r} go together")
        if len(set(self.values)) != len(self.values):
            raise ValueError(f"label {self.name}: names a value twice")

    @property
    def size(self) -> int:
        """Most values that one target shows."""
        return len(self.values) + self.others

    def allows(self, value: str) -> bool:
        """Whether a series may have this value."""
        return bool(self.others) or value in self.values
