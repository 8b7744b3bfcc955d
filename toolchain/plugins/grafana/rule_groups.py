"""`RuleGroup`: alert and recording rules that are evaluated together, in a folder."""

from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, at_least, integer, listing, string
from toolchain.plugins.grafana.client import Grafana, GrafanaError, part
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split
from toolchain.plugins.grafana.provenance import PATH, disable_provenance, disabled, headers
from toolchain.plugins.grafana.rules import RULE, request, seen
from toolchain.plugins.grafana.spelling import as_known


class RuleGroup(Resource[Grafana]):
    """A group of rules. Its id is `organisation:folder uid:name`."""

    token = "grafana:alerting/ruleGroup:RuleGroup"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "folderUid": string(required=True, replaces=True),
        "intervalSeconds": integer(required=True, problem=at_least(1, " s")),
        "rules": listing(RULE, required=True, problem=lambda rules: None if rules else "must hold a rule"),
        "disableProvenance": disable_provenance(replaces=False),
        "orgId": org_id(),
    }

    def create(self, inputs: Values) -> Result:
        """PUT /v1/provisioning/folder/:uid/rule-groups/:name, where none of that name is."""
        org, folder, name = organisation(self.client, inputs), inputs["folderUid"], inputs["name"]
        if self._find(org, folder, name) is not None:
            hint = f"{adopt(self.token, org, folder, name)}, or choose another name"
            raise GrafanaError(f"rule group {name!r} already exists in folder {folder!r}: {hint}")
        self._put(org, inputs, {})
        made = self.read(join(org, folder, name), inputs)
        if made is None:
            raise GrafanaError(f"rule group {name!r} was made and is not there: is another run deleting it?")
        return made

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /v1/provisioning/folder/:uid/rule-groups/:name; provenance is told by each rule only."""
        org, folder, name = self._located(resource_id)
        found = self._find(org, folder, name)
        if found is None:
            return None
        first = self.client.get(f"{PATH}/alert-rules/{part(found['rules'][0]['uid'])}", org)
        told = {
            "name": found["title"],
            "folderUid": found["folderUid"],
            "intervalSeconds": found["interval"],
            "rules": [seen(rule) for rule in found["rules"]],
            "disableProvenance": disabled(first),
            "orgId": str(org),
        }
        return Result(id=join(org, folder, name), outputs=as_known(told, state, self.inputs))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PUT of the whole group; a rule that keeps its name keeps its uid, and with it its history and silences."""
        org, folder, name = self._located(resource_id)
        found = self._find(org, folder, name)
        self._put(org, inputs, {rule["title"]: rule["uid"] for rule in found["rules"]} if found else {})
        made = self.read(resource_id, inputs)
        return made.outputs if made else {}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE of each rule: the group goes with its last one, in every version of Grafana."""
        org, folder, name = self._located(resource_id)
        found = self._find(org, folder, name)
        for rule in found["rules"] if found else []:
            self.client.delete(f"{PATH}/alert-rules/{part(rule['uid'])}", org)

    def _find(self, org: int, folder: str, name: str) -> Any | None:
        found = self.client.find(_path(folder, name), org)
        return found if found and found.get("rules") else None

    def _put(self, org: int, inputs: Values, uids: dict[str, str]) -> None:
        folder, name = inputs["folderUid"], inputs["name"]
        place = {"folderUID": folder, "ruleGroup": name, **({"orgID": org} if org else {})}
        rules = [request(rule, uids.get(rule["name"], "")) | place for rule in inputs["rules"]]
        body = {"title": name, "folderUid": folder, "interval": inputs["intervalSeconds"], "rules": rules}
        self.client.send("PUT", _path(folder, name), org, body=body, headers=headers(inputs))

    def _located(self, resource_id: str) -> tuple[int, str, str]:
        org, rest = split(self.client, resource_id)
        folder, colon, name = rest.partition(":")
        if not colon:
            raise GrafanaError(f"rule group id {resource_id!r}: expected organisation:folder uid:name")
        return org, folder, name


def _path(folder: str, name: str) -> str:
    return f"{PATH}/folder/{part(folder)}/rule-groups/{part(name)}"
