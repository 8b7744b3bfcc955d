"""Asks every endpoint with metrics directly: Prometheus may be what is broken, or may not have looked yet."""

import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx

from ops import docker_hosts
from ops.doctor import metrics
from ops.doctor.facts import Target
from ops.doctor.plan import Plan, PlannedTarget

_ANSWER_SECONDS = 4
_AT_ONCE = 8


def look(plan: Plan) -> tuple[Target, ...]:
    """Every target of the plan, in its order; one where nothing has to answer only where something does."""
    with (
        httpx.Client(timeout=_ANSWER_SECONDS, verify=trust(plan.authority), trust_env=False) as client,
        ThreadPoolExecutor(max_workers=_AT_ONCE) as pool,
    ):
        asked = pool.map(lambda each: _asked(client, each), plan.targets)
        return tuple(
            found for each, found in zip(plan.targets, asked, strict=True) if each.expected or not found.problem
        )


def trust(authority: str) -> ssl.SSLContext:
    """TLS that takes certificates by the stack's authority only; by nobody where it is not known."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority:
        context.load_verify_locations(cadata=authority)
    return context


def why(error: Exception) -> str:
    """What kept a part from answering, in few words."""
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return "no answer in time"
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP status {error.response.status_code}"
    return docker_hosts.reason(error) or type(error).__name__


def _asked(client: httpx.Client, target: PlannedTarget) -> Target:
    url = f"{'https' if target.tls else 'http'}://{target.address}{target.path}"
    found = Target(
        job=target.job,
        instance=target.instance,
        address=target.address,
        part=target.part,
        strategy=target.strategy,
    )
    try:
        answer = client.get(url).raise_for_status()
        samples = metrics.parse(answer.text)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return replace(found, problem=why(error))
    return replace(found, samples=samples)
