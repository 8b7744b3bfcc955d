"""`ServiceAccountToken` and `ServiceAccountRotatingToken`: what programs prove themselves by."""

import datetime
from collections.abc import Iterable
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, at_least, boolean, integer, string
from toolchain.plugins.grafana.accounts import PATH
from toolchain.plugins.grafana.client import Grafana, GrafanaError
from toolchain.plugins.grafana.org import split

_SHOWN: Table = {"key": string(secret=True), "expiration": string(), "hasExpired": boolean()}
_DUE = "readyForRotation"


class ServiceAccountToken(Resource[Grafana]):
    """A token of a service account. Its id is Grafana's number; Grafana shows its key once, to whoever makes it."""

    token = "grafana:oss/serviceAccountToken:ServiceAccountToken"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "serviceAccountId": string(required=True, replaces=True),
        "secondsToLive": integer(replaces=True, problem=at_least(0, " s")),
    }
    outputs: ClassVar[Table] = _SHOWN

    def create(self, inputs: Values) -> Result:
        """POST /serviceaccounts/:id/tokens."""
        return _made(self.client, inputs["serviceAccountId"], inputs["name"], inputs.get("secondsToLive", 0))

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /serviceaccounts/:id/tokens."""
        return _read(self.client, resource_id, state)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Never asked to: every input replaces."""
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """DELETE /serviceaccounts/:id/tokens/:id."""
        _delete(self.client, resource_id, state)


class ServiceAccountRotatingToken(Resource[Grafana]):
    """A token that `up` makes anew from `earlyRotationWindowSeconds` before its end; the former one ends by itself.

    Its id is Grafana's number, its name the prefix and the second since 1970 in which it ends.
    """

    token = "grafana:oss/serviceAccountRotatingToken:ServiceAccountRotatingToken"
    # Who has the former key may use it until they read the new one.
    delete_before_replace: ClassVar[bool] = False
    inputs: ClassVar[Table] = {
        "namePrefix": string(required=True, replaces=True),
        "serviceAccountId": string(required=True, replaces=True),
        "secondsToLive": integer(required=True, replaces=True, problem=at_least(0, " s")),
        "earlyRotationWindowSeconds": integer(required=True, problem=at_least(0, " s")),
        "deleteOnDestroy": boolean(default=False),
    }
    outputs: ClassVar[Table] = {**_SHOWN, "name": string(), _DUE: boolean()}

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """A window that is longer than the token lives."""
        early, lives = inputs["earlyRotationWindowSeconds"], inputs["secondsToLive"]
        if isinstance(early, int) and isinstance(lives, int) and early > lives:
            reason = f"earlyRotationWindowSeconds={early} is more than secondsToLive={lives}: lower it"
            yield "earlyRotationWindowSeconds", reason

    @classmethod
    def outdated(cls, state: Values, inputs: Values) -> Iterable[str]:
        """`readyForRotation` once the time has come; a token without end never is."""
        early, end = inputs["earlyRotationWindowSeconds"], state.get("expiration")
        if state.get("hasExpired") or (isinstance(early, int) and isinstance(end, str) and end and _due(end, early)):
            yield _DUE

    def create(self, inputs: Values) -> Result:
        """POST /serviceaccounts/:id/tokens."""
        lives = inputs["secondsToLive"]
        name = f"{inputs['namePrefix']}-{int(now().timestamp()) + lives}"
        made = _made(self.client, inputs["serviceAccountId"], name, lives)
        return Result(id=made.id, outputs={**made.outputs, _DUE: False})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /serviceaccounts/:id/tokens."""
        return _read(self.client, resource_id, state)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Another window, or what a destroy does, changes nothing in Grafana."""
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """DELETE /serviceaccounts/:id/tokens/:id where `deleteOnDestroy`; else it ends by itself."""
        if state.get("deleteOnDestroy"):
            _delete(self.client, resource_id, state)


def now() -> datetime.datetime:
    """The time."""
    return datetime.datetime.now(datetime.UTC)


def _due(end: str, early_seconds: int) -> bool:
    return now() > datetime.datetime.fromisoformat(end) - datetime.timedelta(seconds=early_seconds)


def _made(client: Grafana, owner: str, name: str, seconds_to_live: int) -> Result:
    org, account = split(client, owner)
    body = {"name": name, "secondsToLive": seconds_to_live}
    made = client.send("POST", f"{PATH}/{account}/tokens", org, body=body)
    read = _read(client, str(made["id"]), {"serviceAccountId": owner})
    return Result(id=str(made["id"]), outputs={"key": made["key"], **(read.outputs if read else {})})


def _read(client: Grafana, resource_id: str, state: Values) -> Result | None:
    if "serviceAccountId" not in state:
        raise GrafanaError("a token cannot be imported: Grafana shows its key only once; make a new one")
    org, account = split(client, state["serviceAccountId"])
    tokens: list[Any] = client.find(f"{PATH}/{account}/tokens", org) or []
    found = next((one for one in tokens if str(one["id"]) == resource_id), None)
    if found is None:
        return None
    seen = {
        "name": found["name"],
        "expiration": found.get("expiration") or "",
        "hasExpired": bool(found.get("hasExpired")),
    }
    return Result(id=resource_id, outputs=seen)


def _delete(client: Grafana, resource_id: str, state: Values) -> None:
    org, account = split(client, state["serviceAccountId"])
    client.delete(f"{PATH}/{account}/tokens/{resource_id}", org)
