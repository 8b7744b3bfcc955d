"""Database: etcd, a Patroni cluster of TimescaleDB nodes, and what is inside it."""

from components.database.cluster import TimescaleCluster, TimescaleClusterArgs
from components.database.etcd import EtcdCluster, EtcdClusterArgs
from components.database.failover import FailoverSettings
from components.database.guard import DiskGuard, DiskGuardArgs
from components.database.objects import DatabaseObjects, DatabaseObjectsArgs, RolePasswords
from components.database.settings import DatabaseObjectsSettings, DatabaseSettings, EtcdSettings
from components.database.witness import FailoverWitness, FailoverWitnessArgs

__all__ = [
    "DatabaseObjects",
    "DatabaseObjectsArgs",
    "DatabaseObjectsSettings",
    "DatabaseSettings",
    "DiskGuard",
    "DiskGuardArgs",
    "EtcdCluster",
    "EtcdClusterArgs",
    "EtcdSettings",
    "FailoverSettings",
    "FailoverWitness",
    "FailoverWitnessArgs",
    "RolePasswords",
    "TimescaleCluster",
    "TimescaleClusterArgs",
]
