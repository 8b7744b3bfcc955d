"""PostgreSQL's parameters from the settings, each with its reason and source; pure. One file per concern."""

from components.database.settings import DatabaseSettings
from components.database.tuning import (
    audit,
    autovacuum,
    connections,
    memory,
    observability,
    planner,
    replication,
    scheduler,
    server,
    wal,
    workers,
)
from components.database.tuning.parameter import Parameter, Value

__all__ = ["Parameter", "Parameters", "cluster_parameters", "node_parameters", "tune"]

Parameters = dict[str, Value]

_CONCERNS = (
    server,
    connections,
    workers,
    memory,
    wal,
    replication,
    planner,
    autovacuum,
    scheduler,
    observability,
    audit,
)


def tune(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Every parameter that we set, in the order of the files."""
    return tuple(parameter for concern in _CONCERNS for parameter in concern.parameters(settings))


def cluster_parameters(settings: DatabaseSettings) -> Parameters:
    """The parameters that Patroni hears of from its store, so that a changed one replaces no container."""
    return {parameter.name: parameter.value for parameter in tune(settings) if not parameter.sized}


def node_parameters(settings: DatabaseSettings) -> Parameters:
    """The parameters that are shares of the memory of a node's container."""
    return {parameter.name: parameter.value for parameter in tune(settings) if parameter.sized}
