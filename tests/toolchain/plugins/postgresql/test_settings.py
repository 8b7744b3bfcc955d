import pytest

from toolchain.plugins.framework import TableProvider
from toolchain.plugins.postgresql import settings
from toolchain.plugins.postgresql.plugin import provider


@pytest.fixture
async def configured(serve, monkeypatch):
    """Configure as the engine does, and give the settings that come out."""
    for name in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    found = []
    running = await serve(
        TableProvider(name="postgresql", configuration=settings.CONFIGURATION, resources=[], connect=found.append)
    )

    async def configure(**given):
        await running.configure(**given)
        return settings.parse(found[-1])

    return configure


async def test_defaults_demand_tls(configured):
    parsed = await configured()
    assert parsed.parameters("market") == {
        "host": "localhost",
        "port": 5432,
        "dbname": "market",
        "user": "postgres",
        "password": "",
        "sslmode": "require",
        "gssencmode": "disable",
        "client_encoding": "UTF8",
        "connect_timeout": 180,
        "fallback_application_name": "pulumi-resource-postgresql",
    }
    assert (parsed.superuser, parsed.max_connections, parsed.role, parsed.database) == (
        True,
        20,
        "postgres",
        "postgres",
    )


async def test_values_come_as_text_and_leave_as_what_they_are(configured):
    parsed = await configured(
        host="10.0.0.5",
        port="6432",
        database="market",
        username="admin",
        databaseUsername="mapped",
        password="secret",
        sslmode="verify-full",
        sslrootcert="/ca.pem",
        clientcert='{"cert": "/c.pem", "key": "/k.pem", "sslinline": true}',
        connectTimeout="5",
        maxConnections="3",
        superuser="false",
        expectedVersion="17.0.0",
    )
    assert parsed.client_certificate == settings.ClientCertificate(cert="/c.pem", key="/k.pem", inline=True)
    assert (parsed.port, parsed.superuser, parsed.connect_timeout_s, parsed.max_connections) == (6432, False, 5, 3)
    assert (parsed.role, parsed.parameters("x")["sslrootcert"]) == ("mapped", "/ca.pem")
    assert repr(parsed) == "Settings(admin@10.0.0.5:6432/market)"


async def test_the_environment_fills_in(configured, monkeypatch):
    monkeypatch.setenv("PGHOST", "db.internal")
    monkeypatch.setenv("PGPORT", "5433")
    monkeypatch.setenv("PGPASSWORD", "from-environment")
    parsed = await configured(port="5434")
    assert (parsed.host, parsed.port, parsed.password) == ("db.internal", 5434, "from-environment")


@pytest.mark.parametrize(
    ("given", "failure"),
    [
        (
            {"scheme": "awspostgres"},
            (
                "scheme",
                "property scheme='awspostgres': the stand-in provider speaks to plain PostgreSQL only; use 'postgres'",
            ),
        ),
        (
            {"awsRdsIamAuth": "true"},
            (
                "awsRdsIamAuth",
                "property awsRdsIamAuth is not supported by this stand-in provider: it logs in by password or client"
                " certificate only",
            ),
        ),
        ({"port": '"many"'}, ("port", "property port='many' has the wrong type: expected an integer")),
        ({"sslmod": "disable"}, ("sslmod", "property sslmod unknown: did you mean sslmode?")),
        ({"maxConnections": "-2"}, ("maxConnections", "property maxConnections=-2: must be at least -1")),
    ],
)
async def test_configuration_that_cannot_be(serve, given, failure):
    assert await (await serve(provider())).check_config(**given) == [failure]
