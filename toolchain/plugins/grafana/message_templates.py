"""`MessageTemplate`: text that contact points share."""

import re
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, string
from toolchain.plugins.grafana.client import Grafana, GrafanaError, part
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split
from toolchain.plugins.grafana.provenance import PATH, disable_provenance, disabled, headers
from toolchain.plugins.grafana.texts import of_texts

_DEFINE = re.compile(r"\{\{-?\s*define\b")


def stored(name: str, template: str) -> str:
    """What Grafana makes of a template: without blanks around it, and defined under its name where it defines none."""
    text = template.strip()
    if _DEFINE.search(text):
        return text
    indented = "\n".join(f"  {line}" for line in text.split("\n"))
    return f'{{{{ define "{name}" }}}}\n{indented}\n{{{{ end }}}}'


@of_texts
def _same_template(old: str, new: str) -> bool:
    return old.strip() == new.strip()


class MessageTemplate(Resource[Grafana]):
    """A group of notification templates. Its id is `organisation:name`."""

    token = "grafana:alerting/messageTemplate:MessageTemplate"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True),
        "template": string(required=True, same=_same_template),
        "disableProvenance": disable_provenance(replaces=False),
        "orgId": org_id(replaces=False),
    }

    @classmethod
    def replaces(cls, name: str, old: Any, new: Any) -> bool:
        """Another name is another template; the schema, which says nothing of it, is silent on all replacement."""
        return name in ("name", "orgId") or super().replaces(name, old, new)

    def create(self, inputs: Values) -> Result:
        """PUT /v1/provisioning/templates/:name, where none of that name is."""
        org, name = organisation(self.client, inputs), inputs["name"]
        with self.client.alerting:
            if self.client.find(f"{PATH}/templates/{part(name)}", org) is not None:
                hint = f"{adopt(self.token, org, name)}, or choose another name"
                raise GrafanaError(f"message template {name!r} already exists: {hint}")
            self._put(org, name, inputs)
        return Result(id=join(org, name), outputs={"orgId": str(org)})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /v1/provisioning/templates/:name."""
        org, name = split(self.client, resource_id)
        found = self.client.find(f"{PATH}/templates/{part(name)}", org)
        if found is None:
            return None
        template, known = found["template"], state.get("template")
        seen = {
            "name": found["name"],
            "template": known if known is not None and stored(name, known) == template.strip() else template,
            "disableProvenance": disabled(found),
            "orgId": str(org),
        }
        return Result(id=join(org, name), outputs=seen)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PUT /v1/provisioning/templates/:name."""
        org, name = split(self.client, resource_id)
        with self.client.alerting:
            self._put(org, name, inputs)
        return {"orgId": str(org)}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /v1/provisioning/templates/:name."""
        org, name = split(self.client, resource_id)
        with self.client.alerting:
            self.client.delete(f"{PATH}/templates/{part(name)}", org)

    def _put(self, org: int, name: str, inputs: Values) -> None:
        body = {"template": inputs["template"]}
        self.client.send("PUT", f"{PATH}/templates/{part(name)}", org, body=body, headers=headers(inputs))
