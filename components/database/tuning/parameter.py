"""One parameter of PostgreSQL, with why it has its value and where that comes from."""

from dataclasses import dataclass

Value = str | int


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One line of the configuration."""

    name: str
    """Its name in PostgreSQL."""
    value: Value
    """Its value, as PostgreSQL reads it: sizes and times with their unit."""
    reason: str
    """Why it is not left alone, in a sentence."""
    source: str
    """Where the number or the advice comes from."""
    sized: bool = False
    """Whether it is a share of the container's memory: such a one changes with the container, and not before."""
