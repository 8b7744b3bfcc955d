"""The postgresql provider: seven resources on one server."""

from toolchain.plugins.framework import TableProvider
from toolchain.plugins.postgresql import settings
from toolchain.plugins.postgresql.databases import Database
from toolchain.plugins.postgresql.default_privileges import DefaultPrivileges
from toolchain.plugins.postgresql.extensions import Extension
from toolchain.plugins.postgresql.grant_roles import GrantRole
from toolchain.plugins.postgresql.grants import Grant
from toolchain.plugins.postgresql.roles import Role
from toolchain.plugins.postgresql.schemas import Schema
from toolchain.plugins.postgresql.server import Server


def provider() -> TableProvider:
    """The provider, ready to be served. It does not connect before the first resource needs it."""
    return TableProvider(
        name="postgresql",
        configuration=settings.CONFIGURATION,
        resources=[Role, Database, Schema, Extension, Grant, DefaultPrivileges, GrantRole],
        connect=lambda configuration: Server(settings.parse(configuration)),
    )
