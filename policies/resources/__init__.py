"""The types of resources that rules read, each as its provider's documentation names its inputs."""

from policies.resources.container import Container, Tier
from policies.resources.docker import Network, RemoteImage, Service, Volume
from policies.resources.grafana import (
    ContactPoint,
    DataSource,
    GrafanaProvider,
    NotificationPolicy,
    RuleGroup,
    ServiceAccount,
    ServiceAccountRotatingToken,
    ServiceAccountToken,
)
from policies.resources.postgresql import (
    Database,
    DefaultPrivileges,
    Grant,
    PhysicalReplicationSlot,
    PostgresqlProvider,
    ReplicationSlot,
    Role,
)
from policies.resources.random import RandomPassword, RandomString
from policies.resources.tls import LocallySignedCert, PrivateKey

TYPES = (
    *(Container, Network, RemoteImage, Service, Volume),
    *(Database, DefaultPrivileges, Grant, PhysicalReplicationSlot, PostgresqlProvider, ReplicationSlot, Role),
    *(ContactPoint, DataSource, GrafanaProvider, NotificationPolicy, RuleGroup),
    *(ServiceAccount, ServiceAccountRotatingToken, ServiceAccountToken),
    *(RandomPassword, RandomString, LocallySignedCert, PrivateKey),
)

__all__ = [
    "TYPES",
    "ContactPoint",
    "Container",
    "DataSource",
    "Database",
    "DefaultPrivileges",
    "GrafanaProvider",
    "Grant",
    "LocallySignedCert",
    "Network",
    "NotificationPolicy",
    "PhysicalReplicationSlot",
    "PostgresqlProvider",
    "PrivateKey",
    "RandomPassword",
    "RandomString",
    "RemoteImage",
    "ReplicationSlot",
    "Role",
    "RuleGroup",
    "Service",
    "ServiceAccount",
    "ServiceAccountRotatingToken",
    "ServiceAccountToken",
    "Tier",
    "Volume",
]
