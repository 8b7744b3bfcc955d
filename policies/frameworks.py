"""The public frameworks that rules follow, by their own numbers."""

from policies.pack.rule import Item


def cis_docker(number: str) -> Item:
    """An item of the CIS Docker Benchmark, as docker-bench numbers them."""
    return Item("CIS Docker Benchmark", "1.6.0", number)


def cis_postgresql(title: str) -> Item:
    """An item of the CIS PostgreSQL Benchmark, by its title: numbers move from one version to the next."""
    return Item("CIS PostgreSQL Benchmark", "", title)


def latency(number: str) -> Item:
    """A latency rule of this project: `L01`."""
    return Item("HFT latency", "", number)
