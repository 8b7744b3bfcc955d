"""What the postgresql provider makes inside of a server."""

from typing import ClassVar

from policies.pack.resource import Resource

ENCRYPTED_MODES = ("require", "verify-ca", "verify-full")
"""What `sslmode` of libpq has to be for nothing to cross the network in clear."""


class Role(Resource):
    """A role, with or without login."""

    TYPE: ClassVar[str] = "postgresql:index/role:Role"


class Grant(Resource):
    """Privileges on objects that exist."""

    TYPE: ClassVar[str] = "postgresql:index/grant:Grant"


class DefaultPrivileges(Resource):
    """Privileges on objects that an owner will make."""

    TYPE: ClassVar[str] = "postgresql:index/defaultPrivileges:DefaultPrivileges"


class Database(Resource):
    """A database."""

    TYPE: ClassVar[str] = "postgresql:index/database:Database"


class ReplicationSlot(Resource):
    """A logical slot, which holds back WAL until it is read."""

    TYPE: ClassVar[str] = "postgresql:index/replicationSlot:ReplicationSlot"


class PhysicalReplicationSlot(Resource):
    """A physical slot, which holds back WAL until it is read."""

    TYPE: ClassVar[str] = "postgresql:index/physicalReplicationSlot:PhysicalReplicationSlot"


class PostgresqlProvider(Resource):
    """How the provider comes to a server."""

    TYPE: ClassVar[str] = "pulumi:providers:postgresql"
