"""`Folder`."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, string
from toolchain.plugins.grafana.client import CONFLICTS, Grafana, GrafanaError, part
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split


def uid_problem(uid: str) -> str | None:
    """Whether Grafana takes the text as uid."""
    return None if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", uid) else "must be 1 to 40 of letters, digits, - and _"


def subpath(client: Grafana, path: str) -> str:
    """A path of Grafana's below the path that it is served under."""
    return urlsplit(client.settings.url).path + path


class Folder(Resource[Grafana]):
    """A folder for dashboards and rules. Its id is `organisation:uid`."""

    token = "grafana:oss/folder:Folder"
    inputs: ClassVar[Table] = {
        "title": string(required=True),
        "uid": string(computed=True, replaces=True, problem=uid_problem),
        "orgId": org_id(),
        "parentFolderUid": string(),
        "preventDestroyIfNotEmpty": boolean(default=False),
    }
    outputs: ClassVar[Table] = {"url": string()}

    def create(self, inputs: Values) -> Result:
        """POST /folders."""
        org = organisation(self.client, inputs)
        body = {"title": inputs["title"], "uid": inputs.get("uid", "")}
        if inputs.get("parentFolderUid"):
            body["parentUid"] = self._parent(inputs["parentFolderUid"], org)
        try:
            made = self.client.send("POST", "/folders", org, body=body)
        except GrafanaError as error:
            if error.status in CONFLICTS and inputs.get("uid"):
                raise GrafanaError(f"{error}; {adopt(self.token, org, inputs['uid'])}", error.status) from None
            raise
        return Result(id=join(org, made["uid"]), outputs=self._seen(made, org, inputs))

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /folders/:uid."""
        org, uid = split(self.client, resource_id)
        found = self.client.find(f"/folders/{part(uid)}", org)
        return None if found is None else Result(id=join(org, uid), outputs=self._seen(found, org, state))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Move, then rename."""
        org, uid = split(self.client, resource_id)
        if "parentFolderUid" in changed:
            parent = inputs.get("parentFolderUid", "")
            destination = {"parentUid": self._parent(parent, org) if parent else ""}
            self.client.send("POST", f"/folders/{part(uid)}/move", org, body=destination)
        body: Values = {"title": inputs["title"], "overwrite": True}
        return self._seen(self.client.send("PUT", f"/folders/{part(uid)}", org, body=body), org, inputs)

    def delete(self, resource_id: str, state: Values) -> None:
        """DELETE /folders/:uid, with the dashboards and rules in it unless `preventDestroyIfNotEmpty`."""
        org, uid = split(self.client, resource_id)
        if not state.get("preventDestroyIfNotEmpty"):
            self.client.delete(f"/folders/{part(uid)}", org, forceDeleteRules="true")
            return
        inside = [found["title"] for found in self.client.get("/search", org, folderUIDs=uid)]
        if inside:
            raise GrafanaError(
                f"folder {uid!r} is not empty and preventDestroyIfNotEmpty is set; it holds {', '.join(sorted(inside))}"
            )
        self.client.delete(f"/folders/{part(uid)}", org)

    def _parent(self, uid: str, org: int) -> str:
        if self.client.find(f"/folders/{part(uid)}", org) is None:
            raise GrafanaError(f"parentFolderUid={uid!r}: there is no such folder in organisation {org}")
        return uid

    def _seen(self, found: Mapping[str, Any], org: int, known: Values) -> Values:
        return {
            "uid": found["uid"],
            "title": found["title"],
            "url": subpath(self.client, found["url"]),
            "orgId": str(org),
            "parentFolderUid": found.get("parentUid") or ("" if known.get("parentFolderUid") == "" else None),
        }
