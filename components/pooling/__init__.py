"""Pooling: the route to the primary and the standbys, and a connection pool in front of it."""

from components.pooling.failover import RouteFailoverSettings
from components.pooling.pooler import Pooler, PoolerArgs, PoolerPasswords
from components.pooling.router import Router, RouterArgs, Routes
from components.pooling.settings import PoolerSettings, PoolingSettings, RouterSettings

__all__ = [
    "Pooler",
    "PoolerArgs",
    "PoolerPasswords",
    "PoolerSettings",
    "PoolingSettings",
    "RouteFailoverSettings",
    "Router",
    "RouterArgs",
    "RouterSettings",
    "Routes",
]
