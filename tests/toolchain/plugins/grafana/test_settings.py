import pytest

from toolchain.plugins.framework import TableProvider
from toolchain.plugins.grafana import settings
from toolchain.plugins.grafana.plugin import provider


@pytest.fixture
async def configured(serve):
    """Configure as the engine does, and give the settings that come out."""
    found = []
    running = await serve(
        TableProvider(name="grafana", configuration=settings.CONFIGURATION, resources=[], connect=found.append)
    )

    async def configure(**given):
        await running.configure(**given)
        return settings.parse(found[-1])

    return configure


async def test_defaults_are_the_official_plugins(configured):
    parsed = await configured()
    assert parsed == settings.Settings(
        url="",
        auth="",
        org_id=1,
        http_headers={},
        retries=3,
        retry_wait_s=0,
        retry_status_codes=("429", "5xx"),
        ca_cert="",
        tls_cert="",
        tls_key="",
        insecure_skip_verify=False,
        store_dashboard_sha256=False,
    )


async def test_values_come_as_text_and_leave_as_what_they_are(configured):
    parsed = await configured(
        url="http://grafana.internal/monitor/",
        auth="admin:pass:word",
        orgId="2",
        httpHeaders='{"X-Desk": "fx"}',
        retries="10",
        retryWait="3",
        retryStatusCodes='["502", "503"]',
        storeDashboardSha256="true",
    )
    assert (parsed.url, parsed.basic_auth, parsed.token) == (
        "http://grafana.internal/monitor",
        ("admin", "pass:word"),
        None,
    )
    assert (parsed.org_id, parsed.retries, parsed.retry_wait_s) == (2, 10, 3)
    assert (parsed.http_headers, parsed.retry_status_codes) == ({"X-Desk": "fx"}, ("502", "503"))
    assert parsed.store_dashboard_sha256


async def test_the_environment_fills_in(configured, monkeypatch):
    monkeypatch.setenv("GRAFANA_URL", "http://from-environment")
    monkeypatch.setenv("GRAFANA_AUTH", "glsa_from-environment")
    monkeypatch.setenv("GRAFANA_RETRIES", "7")
    monkeypatch.setenv("GRAFANA_HTTP_HEADERS", '{"X-Desk": "fx"}')
    parsed = await configured(url="http://given")
    assert (parsed.url, parsed.token, parsed.retries) == ("http://given", "glsa_from-environment", 7)
    assert parsed.http_headers == {"X-Desk": "fx"}


async def test_anonymous_has_no_login(configured):
    parsed = await configured(auth="anonymous")
    assert (parsed.basic_auth, parsed.token) == (None, None)


async def test_settings_do_not_show_their_secrets(configured):
    parsed = await configured(url="http://g", auth="admin:hidden", httpHeaders='{"X-Key": "hidden"}', tlsKey="hidden")
    assert repr(parsed) == "Settings(http://g)"


@pytest.mark.parametrize(
    ("given", "failure"),
    [
        (
            {"smUrl": "http://sm"},
            (
                "smUrl",
                "property smUrl is not supported by this stand-in provider: it serves Grafana itself, not Grafana Cloud"
                " or its add-ons",
            ),
        ),
        ({"retries": "-1"}, ("retries", "property retries=-1: must be at least 0")),
        ({"retryWait": "-1"}, ("retryWait", "property retryWait=-1: must be at least 0 s")),
        ({"orgId": "0"}, ("orgId", "property orgId=0: must be at least 1")),
        ({"ulr": "http://g"}, ("ulr", "property ulr unknown: did you mean url?")),
    ],
)
async def test_configuration_that_cannot_be(serve, given, failure):
    assert await (await serve(provider())).check_config(**given) == [failure]
