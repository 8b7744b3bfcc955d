"""`Dashboard`: a JSON model in a folder."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, integer, string
from toolchain.plugins.grafana.client import CONFLICTS, Grafana, GrafanaError, part
from toolchain.plugins.grafana.folders import subpath
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split, split_plain
from toolchain.plugins.grafana.texts import compact, json_problem, of_texts

_SHA256 = re.compile(r"[0-9a-f]{64}")


def normalised(model: Mapping[str, Any]) -> str:
    """The model without what Grafana numbers by itself (ids, versions) and fills into library panels."""
    kept = {key: value for key, value in model.items() if key not in ("id", "version")}
    if isinstance(kept.get("panels"), list):
        kept["panels"] = [_panel(one) for one in kept["panels"]]
    return compact(kept)


def stored(text: str) -> str:
    """A `configJson` in comparable form: normalised, or the checksum that it is already."""
    if _SHA256.fullmatch(text):
        return text
    return normalised(json.loads(text)) if json_problem(text) is None else text


@of_texts
def same_model(old: str, new: str) -> bool:
    """Whether two `configJson` mean one dashboard; either may be a checksum."""
    left, right = stored(old), stored(new)
    if _SHA256.fullmatch(left) and not _SHA256.fullmatch(right):
        return left == checksum(right)
    if _SHA256.fullmatch(right) and not _SHA256.fullmatch(left):
        return right == checksum(left)
    return left == right


def checksum(text: str) -> str:
    """What `storeDashboardSha256` keeps instead of the model."""
    return hashlib.sha256(text.encode()).hexdigest()


def uid_of(text: str) -> str:
    """The uid that a `configJson` sets, or none."""
    model = json.loads(text) if json_problem(text) is None else {}
    return str(model.get("uid") or "")


def _config_problem(text: str) -> str | None:
    wrong = json_problem(text)
    if wrong is None and {"apiVersion", "kind", "spec"} <= json.loads(text).keys():
        return "is a dashboard in the Kubernetes form, which the stand-in provider does not take; give its spec"
    return wrong


@of_texts
def _same_folder(old: str, new: str) -> bool:
    return (split_plain(old)[1] or "0") == (split_plain(new)[1] or "0")


class Dashboard(Resource[Grafana]):
    """A dashboard. Its id is `organisation:uid`."""

    token = "grafana:oss/dashboard:Dashboard"
    inputs: ClassVar[Table] = {
        "configJson": string(required=True, same=same_model, problem=_config_problem),
        "folder": string(same=_same_folder),
        "message": string(),
        "orgId": org_id(),
        "overwrite": boolean(),
    }
    outputs: ClassVar[Table] = {"uid": string(), "url": string(), "dashboardId": integer(), "version": integer()}

    @classmethod
    def replaces(cls, name: str, old: Any, new: Any) -> bool:
        """A new uid in the model is another dashboard."""
        if name == "configJson" and isinstance(old, str) and isinstance(new, str) and not _SHA256.fullmatch(old):
            return uid_of(old) != uid_of(new)
        return super().replaces(name, old, new)

    def create(self, inputs: Values) -> Result:
        """POST /dashboards/db."""
        org = organisation(self.client, inputs)
        uid = self._save(org, inputs, overwrite=inputs.get("overwrite", False), dashboard_id=None)
        made = self.read(join(org, uid), inputs)
        if made is None:
            raise GrafanaError(f"dashboard {uid!r} was saved and is not there: is another run deleting it?")
        return made

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /dashboards/uid/:uid."""
        org, uid = split(self.client, resource_id)
        found = self.client.find(f"/dashboards/uid/{part(uid)}", org)
        if found is None:
            return None
        model, meta = found["dashboard"], found["meta"]
        seen = {
            "uid": model["uid"],
            "dashboardId": model["id"],
            "version": model["version"],
            "url": subpath(self.client, meta["url"]),
            "folder": meta.get("folderUid") or (state.get("folder") if state.get("folder") in ("", "0") else None),
            "orgId": str(org),
        }
        known = state.get("configJson", "")
        if known and not _SHA256.fullmatch(known) and not uid_of(known):
            model = {key: value for key, value in model.items() if key != "uid"}
        seen["configJson"] = normalised(model)
        if self.client.settings.store_dashboard_sha256:
            seen["configJson"] = checksum(seen["configJson"])
        return Result(id=join(org, uid), outputs=seen)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """POST /dashboards/db over the one that is there."""
        org, uid = split(self.client, resource_id)
        self._save(org, inputs, overwrite=True, dashboard_id=state.get("dashboardId"), uid=uid)
        made = self.read(resource_id, inputs)
        return made.outputs if made else {}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /dashboards/uid/:uid."""
        org, uid = split(self.client, resource_id)
        self.client.delete(f"/dashboards/uid/{part(uid)}", org)

    def _save(self, org: int, inputs: Values, *, overwrite: bool, dashboard_id: int | None, uid: str = "") -> str:
        model = json.loads(inputs["configJson"])
        model.pop("id", None)
        if dashboard_id is not None:
            model |= {"id": dashboard_id, "uid": model.get("uid") or uid}
        body = {"dashboard": model, "overwrite": overwrite, "message": inputs.get("message", "")}
        body["folderUid"] = split_plain(inputs.get("folder", ""))[1]
        try:
            saved: str = self.client.send("POST", "/dashboards/db", org, body=body)["uid"]
        except GrafanaError as error:
            if error.status in CONFLICTS and model.get("uid"):
                hint = f"{adopt(self.token, org, model['uid'])}, or set overwrite"
                raise GrafanaError(f"{error}; {hint}", error.status) from None
            raise
        return saved


def _panel(panel: Any) -> Any:
    if not isinstance(panel, dict):
        return panel
    kept = {key: value for key, value in panel.items() if key != "id"}
    if isinstance(kept.get("libraryPanel"), dict):
        kept["libraryPanel"] = {k: v for k, v in kept["libraryPanel"].items() if k in ("name", "uid")}
    return kept
