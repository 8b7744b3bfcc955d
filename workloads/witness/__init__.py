"""The database's witness: says together with those on the other hosts that the primary's host is lost, and fences it.

docs/adr/0016-failover-witness.md has the argument for why that loses no acknowledged row.
"""
