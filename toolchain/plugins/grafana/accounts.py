"""`ServiceAccount` and `ServiceAccountToken`: logins for programs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, at_least, boolean, integer, one_of, string
from toolchain.plugins.grafana.client import Grafana, GrafanaError
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split

_PATH = "/serviceaccounts"


class ServiceAccount(Resource[Grafana]):
    """A service account. Its id is `organisation:number`."""

    token = "grafana:oss/serviceAccount:ServiceAccount"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True),
        "role": string(required=True, problem=one_of("Viewer", "Editor", "Admin", "None")),
        "isDisabled": boolean(default=False),
        "orgId": org_id(replaces=False),
    }

    @classmethod
    def replaces(cls, name: str, old: Any, new: Any) -> bool:
        """An account stays in its organisation; the schema, which says nothing of it, is silent on all replacement."""
        return name == "orgId" or super().replaces(name, old, new)

    def create(self, inputs: Values) -> Result:
        """POST /serviceaccounts."""
        org = organisation(self.client, inputs)
        try:
            with self.client.service_accounts:
                made = self.client.send("POST", _PATH, org, body=_account(inputs))
        except GrafanaError as error:
            there = self._number(org, inputs["name"]) if error.status is not None else None
            if there is None:
                raise
            hint = f"{adopt(self.token, org, there)}, or choose another name"
            raise GrafanaError(f"{error}; {hint}", error.status) from None
        return Result(id=join(org, made["id"]), outputs=_seen_account(made, org))

    def read(self, resource_id: str, state: Values) -> Result | None:  # noqa: ARG002
        """GET /serviceaccounts/:id."""
        org, number = split(self.client, resource_id)
        found = self.client.find(f"{_PATH}/{number}", org)
        return None if found is None else Result(id=join(org, number), outputs=_seen_account(found, org))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PATCH /serviceaccounts/:id."""
        org, number = split(self.client, resource_id)
        self.client.send("PATCH", f"{_PATH}/{number}", org, body=_account(inputs))
        return {"orgId": str(org)}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /serviceaccounts/:id, its tokens with it."""
        org, number = split(self.client, resource_id)
        self.client.delete(f"{_PATH}/{number}", org)

    def _number(self, org: int, name: str) -> int | None:
        found = self.client.get(f"{_PATH}/search", org, query=name)["serviceAccounts"]
        return next((account["id"] for account in found if account["name"] == name), None)


class ServiceAccountToken(Resource[Grafana]):
    """A token of a service account. Its id is Grafana's number; Grafana shows its key once, to whoever makes it."""

    token = "grafana:oss/serviceAccountToken:ServiceAccountToken"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "serviceAccountId": string(required=True, replaces=True),
        "secondsToLive": integer(replaces=True, problem=at_least(0, " s")),
    }
    outputs: ClassVar[Table] = {"key": string(secret=True), "expiration": string(), "hasExpired": boolean()}

    def create(self, inputs: Values) -> Result:
        """POST /serviceaccounts/:id/tokens."""
        org, account = split(self.client, inputs["serviceAccountId"])
        body = {"name": inputs["name"], "secondsToLive": inputs.get("secondsToLive", 0)}
        made = self.client.send("POST", f"{_PATH}/{account}/tokens", org, body=body)
        read = self.read(str(made["id"]), inputs)
        return Result(id=str(made["id"]), outputs={"key": made["key"], **(read.outputs if read else {})})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /serviceaccounts/:id/tokens."""
        if "serviceAccountId" not in state:
            raise GrafanaError("a token cannot be imported: Grafana shows its key only once; make a new one")
        org, account = split(self.client, state["serviceAccountId"])
        tokens = self.client.find(f"{_PATH}/{account}/tokens", org) or []
        found = next((one for one in tokens if str(one["id"]) == resource_id), None)
        return None if found is None else Result(id=resource_id, outputs=_seen_token(found))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Never asked to: every input replaces."""
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """DELETE /serviceaccounts/:id/tokens/:id."""
        org, account = split(self.client, state["serviceAccountId"])
        self.client.delete(f"{_PATH}/{account}/tokens/{resource_id}", org)


def _account(inputs: Values) -> Values:
    return {name: inputs[name] for name in ("name", "role", "isDisabled")}


def _seen_account(found: Mapping[str, Any], org: int) -> Values:
    return {**{name: found[name] for name in ("name", "role", "isDisabled")}, "orgId": str(org)}


def _seen_token(found: Mapping[str, Any]) -> Values:
    return {
        "name": found["name"],
        "expiration": found.get("expiration") or "",
        "hasExpired": bool(found.get("hasExpired")),
    }
