"""`ServiceAccount`: a login for programs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, one_of, string
from toolchain.plugins.grafana.client import Grafana, GrafanaError
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split

PATH = "/serviceaccounts"
"""Where service accounts and their tokens are."""


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
                made = self.client.send("POST", PATH, org, body=_account(inputs))
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
        found = self.client.find(f"{PATH}/{number}", org)
        return None if found is None else Result(id=join(org, number), outputs=_seen_account(found, org))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PATCH /serviceaccounts/:id."""
        org, number = split(self.client, resource_id)
        self.client.send("PATCH", f"{PATH}/{number}", org, body=_account(inputs))
        return {"orgId": str(org)}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /serviceaccounts/:id, its tokens with it."""
        org, number = split(self.client, resource_id)
        self.client.delete(f"{PATH}/{number}", org)

    def _number(self, org: int, name: str) -> int | None:
        found = self.client.get(f"{PATH}/search", org, query=name)["serviceAccounts"]
        return next((account["id"] for account in found if account["name"] == name), None)


def _account(inputs: Values) -> Values:
    return {name: inputs[name] for name in ("name", "role", "isDisabled")}


def _seen_account(found: Mapping[str, Any], org: int) -> Values:
    return {**{name: found[name] for name in ("name", "role", "isDisabled")}, "orgId": str(org)}
