"""How much is measured, and for how long."""

from dataclasses import dataclass

_BATCHES = 80
_LEAST_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """The choices of one run."""

    ticks: int = 20_000_000
    """Rows that the table of ticks is filled with; a twentieth of it are events of orders."""
    rounds: int = 5
    """How often each thing is measured, in turn with what it is compared with."""
    seconds: int = 10
    """Of one measurement."""
    memory_mib: int = 4096
    """Memory limit of the database."""

    @property
    def batch(self) -> int:
        """Rows of one COPY: 80 of them fill the table, none smaller than 1,000 rows."""
        return max(self.ticks // _BATCHES, _LEAST_BATCH)

    @property
    def batches(self) -> int:
        """How many COPYs fill the table."""
        return -(-self.ticks // self.batch)

    @property
    def rows(self) -> int:
        """Rows that these make."""
        return self.batch * self.batches

    @property
    def orders(self) -> int:
        """Orders with four events each."""
        return self.rows // 80
