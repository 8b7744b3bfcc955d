"""`DataSource`: where dashboards and rules get their data from."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, mapping, one_of, string
from toolchain.plugins.grafana.client import CONFLICTS, Grafana, GrafanaError, part
from toolchain.plugins.grafana.folders import uid_problem
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split
from toolchain.plugins.grafana.texts import compact, json_problem, same_json

_TEXTS = {
    "type": "type",
    "name": "name",
    "url": "url",
    "accessMode": "access",
    "basicAuthUsername": "basicAuthUser",
    "databaseName": "database",
    "username": "user",
}
"""Input → Grafana's name of it."""
_FLAGS = {"basicAuthEnabled": "basicAuth", "isDefault": "isDefault"}
_HEADER_NAME = "httpHeaderName"
_HEADER_VALUE = "httpHeaderValue"
_RESERVED = {
    _HEADER_NAME: "use httpHeaders",
    "teamHttpHeaders": "it belongs to Grafana Enterprise",
    "enableSecureSocksProxy": "it belongs to Grafana Cloud",
    "secureSocksProxyUsername": "it belongs to Grafana Cloud",
}


def _json_problem(text: str) -> str | None:
    wrong = json_problem(text) if text else None
    if wrong is not None or not text:
        return wrong
    found = [(key, way) for key in json.loads(text) for start, way in _RESERVED.items() if key.startswith(start)]
    return f"must not hold {found[0][0]}: {found[0][1]}" if found else None


def _secure_problem(text: str) -> str | None:
    wrong = json_problem(text) if text else None
    if wrong is not None or not text:
        return wrong
    for key, value in json.loads(text).items():
        if key.startswith(_HEADER_VALUE):
            return f"must not hold {key}: use httpHeaders"
        if not isinstance(value, str):
            return f"must hold texts only, and {key} is none"
    return None


def _same_default(old: Any, new: Any) -> bool:
    # Grafana always has a default: it passes to another data source, and is never taken away.
    return old == new or new is False


class DataSource(Resource[Grafana]):
    """A data source. Its id is `organisation:uid`; what is in `secureJsonDataEncoded` is written and never read."""

    token = "grafana:oss/dataSource:DataSource"
    inputs: ClassVar[Table] = {
        "type": string(required=True),
        "name": string(autoname=True),
        "uid": string(computed=True, replaces=True, problem=uid_problem),
        "orgId": org_id(),
        "url": string(),
        "accessMode": string(default="proxy", problem=one_of("proxy", "direct")),
        "basicAuthEnabled": boolean(default=False),
        "basicAuthUsername": string(),
        "databaseName": string(),
        "username": string(),
        "isDefault": boolean(default=False, same=_same_default),
        "jsonDataEncoded": string(same=same_json, problem=_json_problem),
        "secureJsonDataEncoded": string(secret=True, same=same_json, problem=_secure_problem),
        "httpHeaders": mapping(secret=True),
        "privateDataSourceConnectNetworkId": string(unsupported="it belongs to Grafana Cloud"),
    }

    def create(self, inputs: Values) -> Result:
        """POST /datasources."""
        org = organisation(self.client, inputs)
        body = _body(inputs) | {"uid": inputs.get("uid", "")}
        try:
            made = self.client.send("POST", "/datasources", org, body=body, hidden=_secrets(inputs))["datasource"]
        except GrafanaError as error:
            if error.status in CONFLICTS:
                hint = adopt(self.token, org, self._holder(org, inputs))
                raise GrafanaError(f"{error}; {hint}, or choose another name", error.status) from None
            raise
        return Result(id=join(org, made["uid"]), outputs=_seen(made, org, inputs))

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /datasources/uid/:uid."""
        org, uid = split(self.client, resource_id)
        found = self.client.find(f"/datasources/uid/{part(uid)}", org)
        if found is None:
            return None
        if not state and found.get("readOnly"):
            raise GrafanaError(
                f"data source {uid!r} comes from a file of Grafana's own and cannot be changed by its API"
            )
        return Result(id=join(org, uid), outputs=_seen(found, org, state))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PUT /datasources/uid/:uid, secrets included."""
        org, uid = split(self.client, resource_id)
        body = _body(inputs) | {"uid": uid}
        path = f"/datasources/uid/{part(uid)}"
        updated = self.client.send("PUT", path, org, body=body, hidden=_secrets(inputs))["datasource"]
        return _seen(updated, org, inputs)

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /datasources/uid/:uid."""
        org, uid = split(self.client, resource_id)
        self.client.delete(f"/datasources/uid/{part(uid)}", org)

    def _holder(self, org: int, inputs: Values) -> str:
        """The uid of the data source that is in the way: Grafana refuses a second name as well as a second uid."""
        found = self.client.find(f"/datasources/name/{part(inputs['name'])}", org)
        return str(found["uid"] if found else inputs.get("uid", ""))


def _body(inputs: Values) -> Values:
    headers = sorted(inputs.get("httpHeaders", {}).items())
    names = {f"{_HEADER_NAME}{number}": name for number, (name, _) in enumerate(headers, 1)}
    values = {f"{_HEADER_VALUE}{number}": value for number, (_, value) in enumerate(headers, 1)}
    return {
        **{theirs: inputs.get(ours, "") for ours, theirs in _TEXTS.items()},
        **{theirs: inputs[ours] for ours, theirs in _FLAGS.items()},
        "jsonData": json.loads(inputs.get("jsonDataEncoded") or "{}") | names,
        "secureJsonData": json.loads(inputs.get("secureJsonDataEncoded") or "{}") | values,
    }


def _secrets(inputs: Values) -> Iterator[str]:
    yield from json.loads(inputs.get("secureJsonDataEncoded") or "{}").values()
    yield from inputs.get("httpHeaders", {}).values()


def _seen(found: Mapping[str, Any], org: int, known: Values) -> Values:
    data = found.get("jsonData") or {}
    options = {key: value for key, value in data.items() if not key.startswith(_HEADER_NAME)}
    names = {value for key, value in data.items() if key.startswith(_HEADER_NAME)}
    headers = {name: value for name, value in known.get("httpHeaders", {}).items() if name in names}
    return {
        **{ours: found.get(theirs) or ("" if known.get(ours) == "" else None) for ours, theirs in _TEXTS.items()},
        **{ours: bool(found.get(theirs)) for ours, theirs in _FLAGS.items()},
        "uid": found["uid"],
        "orgId": str(org),
        "jsonDataEncoded": compact(options) if options or "jsonDataEncoded" in known else None,
        "httpHeaders": headers or ({} if known.get("httpHeaders") == {} else None),
    }
