"""A fake Grafana of one's own for each test, and the plugin over gRPC in front of it."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.toolchain.plugins.grafana import fake_alerting, fake_oss  # noqa: F401 - they register their routes
from tests.toolchain.plugins.grafana.fake import PASSWORD, Fake, running
from toolchain.plugins.grafana.plugin import provider


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRAFANA_URL", "GRAFANA_AUTH", "GRAFANA_ORG_ID", "GRAFANA_HTTP_HEADERS", "GRAFANA_RETRIES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def grafana() -> Iterator[Fake]:
    with running() as fake:
        yield fake


@pytest.fixture
async def plugin(serve: Any, grafana: Fake) -> Any:
    """The plugin, logged in as administrator; a request that fails is not repeated."""
    started = await serve(provider())
    await started.configure(url=grafana.url, auth=f"admin:{PASSWORD}", retries="0")
    return started


async def created(plugin: Any, kind: str, **inputs: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Check and create as the engine does: id, state and checked inputs."""
    checked, failures = await plugin.check(kind, inputs)
    assert failures == []
    resource_id, state = await plugin.create(kind, checked)
    return resource_id, state, checked


async def updated(plugin: Any, kind: str, made: tuple[str, Any, Any], **changes: Any) -> tuple[str, Any, Any]:
    """Check and update in place; inputs that become None are left out. A change that replaces is an error."""
    resource_id, state, inputs = made
    given = {key: value for key, value in {**inputs, **changes}.items() if value is not None}
    checked, failures = await plugin.check(kind, given, inputs)
    assert failures == []
    assert (await plugin.diff(kind, inputs, checked, state=state))["replaces"] == []
    return resource_id, await plugin.update(kind, resource_id, state, inputs, checked), checked


async def refusal(call: Any) -> str:
    """The error text of a call that must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return str(error.value.details())
