"""What the server says in other words than the program, kept in the program's: a refresh then changes nothing."""

from toolchain.plugins.framework import Table, Values
from toolchain.plugins.framework.diff import equal


def as_known(seen: Values, known: Values, table: Table) -> Values:
    """`seen`, with what means the same as in `known` in the words of `known`."""
    return {
        name: known[name] if name in known and name in table and equal(known[name], value, table[name]) else value
        for name, value in seen.items()
    }
