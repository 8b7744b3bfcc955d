"""Provider configuration: what the `postgresql.Provider` resource takes, and its form as libpq parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolchain.plugins.framework import Table, at_least, boolean, integer, record, string

DEFAULT_CONNECT_TIMEOUT_S = 180
DEFAULT_MAX_CONNECTIONS = 20
_CLOUD_LOGIN = "it logs in by password or client certificate only"


def _scheme_problem(scheme: str) -> str | None:
    return None if scheme == "postgres" else "the stand-in provider speaks to plain PostgreSQL only; use 'postgres'"


CONFIGURATION: Table = {
    "scheme": string(default="postgres", problem=_scheme_problem),
    "host": string(env=("PGHOST",), default="localhost"),
    "port": integer(env=("PGPORT",), default=5432),
    "database": string(env=("PGDATABASE",), default="postgres"),
    "username": string(env=("PGUSER",), default="postgres"),
    "password": string(env=("PGPASSWORD",), secret=True),
    "databaseUsername": string(),
    "superuser": boolean(env=("PGSUPERUSER",), default=True),
    "sslmode": string(env=("PGSSLMODE",)),
    "sslMode": string(),
    "sslrootcert": string(),
    "clientcert": record(
        {"cert": string(required=True), "key": string(required=True), "sslinline": boolean(default=False)}
    ),
    "connectTimeout": integer(
        env=("PGCONNECT_TIMEOUT",), default=DEFAULT_CONNECT_TIMEOUT_S, problem=at_least(-1, " s")
    ),
    "maxConnections": integer(default=DEFAULT_MAX_CONNECTIONS, problem=at_least(-1)),
    # Taken and left unread: the server's own version, known from the connection, is never worse than a hint.
    "expectedVersion": string(),
    "awsRdsIamAuth": boolean(unsupported=_CLOUD_LOGIN),
    "awsRdsIamProfile": string(unsupported=_CLOUD_LOGIN),
    "awsRdsIamProviderRoleArn": string(unsupported=_CLOUD_LOGIN),
    "awsRdsIamRegion": string(unsupported=_CLOUD_LOGIN),
    "azureIdentityAuth": boolean(unsupported=_CLOUD_LOGIN),
    "azureTenantId": string(unsupported=_CLOUD_LOGIN),
    "gcpIamImpersonateServiceAccount": string(unsupported=_CLOUD_LOGIN),
}


@dataclass(frozen=True, kw_only=True)
class ClientCertificate:
    """A client certificate: two PEM files, or their content when `inline`."""

    cert: str
    key: str
    inline: bool


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One server and the login the provider works with. Its repr leaves the password out."""

    host: str
    port: int
    database: str
    username: str
    password: str
    database_username: str
    superuser: bool
    sslmode: str
    sslrootcert: str
    client_certificate: ClientCertificate | None
    connect_timeout_s: int
    max_connections: int

    def __repr__(self) -> str:
        return f"Settings({self.username}@{self.address}/{self.database})"

    @property
    def address(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"

    @property
    def role(self) -> str:
        """The role that the login acts as; differs from `username` under a user name map."""
        return self.database_username or self.username

    def parameters(self, database: str) -> dict[str, Any]:
        """libpq connection parameters for `database`, without the client certificate (its files are made late)."""
        parameters: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "dbname": database,
            "user": self.username,
            "password": self.password,
            "sslmode": self.sslmode,
            "gssencmode": "disable",
            "client_encoding": "UTF8",
            "connect_timeout": self.connect_timeout_s,
            "fallback_application_name": "pulumi-resource-postgresql",
        }
        if self.sslrootcert:
            parameters["sslrootcert"] = self.sslrootcert
        return parameters


def parse(configuration: Mapping[str, Any]) -> Settings:
    """Settings from plain provider configuration, environment and defaults filled in.

    `sslmode` unset demands TLS (`require`), as the official plugin's driver does.
    """
    certificate = configuration.get("clientcert")
    return Settings(
        host=configuration["host"],
        port=configuration["port"],
        database=configuration["database"],
        username=configuration["username"],
        password=configuration.get("password", ""),
        database_username=configuration.get("databaseUsername", ""),
        superuser=bool(configuration["superuser"]),
        sslmode=configuration.get("sslmode") or configuration.get("sslMode") or "require",
        sslrootcert=configuration.get("sslrootcert", ""),
        client_certificate=ClientCertificate(
            cert=certificate["cert"], key=certificate["key"], inline=certificate.get("sslinline", False)
        )
        if certificate
        else None,
        connect_timeout_s=configuration["connectTimeout"],
        max_connections=configuration["maxConnections"],
    )
