"""`NotificationPolicy`: which alert goes to which contact point."""

from collections.abc import Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import (
    Property,
    Resource,
    Result,
    Table,
    Values,
    boolean,
    listing,
    one_of,
    record,
    string,
    unordered,
)
from toolchain.plugins.grafana.client import Grafana
from toolchain.plugins.grafana.org import join, org_id, organisation, split
from toolchain.plugins.grafana.provenance import PATH, disable_provenance, disabled, headers
from toolchain.plugins.grafana.spelling import as_known
from toolchain.plugins.grafana.texts import duration_problem, same_duration

_LEVELS = 5
"""How deep policies nest in the official plugin."""
_NAMES = {
    "contactPoint": "receiver",
    "groupBies": "group_by",
    "groupWait": "group_wait",
    "groupInterval": "group_interval",
    "repeatInterval": "repeat_interval",
    "muteTimings": "mute_time_intervals",
    "activeTimings": "active_time_intervals",
    "continue": "continue",
}
"""Input → Grafana's name of it."""
_MATCHER = record(
    {
        "label": string(required=True),
        "match": string(required=True, problem=one_of("=", "!=", "=~", "!~")),
        "value": string(required=True),
    }
)


def duration() -> Property:
    """A duration such as `1h30m`."""
    return string(same=same_duration, problem=duration_problem)


def _nested(levels: int) -> Table:
    fields = {
        "contactPoint": string(),
        "groupBies": listing(string(), required=levels == 1),
        "groupWait": duration(),
        "groupInterval": duration(),
        "repeatInterval": duration(),
        "muteTimings": listing(string()),
        "activeTimings": listing(string()),
        "continue": boolean(default=False),
        "matchers": unordered(_MATCHER),
    }
    return fields if levels == 1 else {**fields, "policies": listing(record(_nested(levels - 1)))}


class NotificationPolicy(Resource[Grafana]):
    """The whole tree of an organisation, exactly one: making it overwrites what is there.

    Its id is `organisation:policy`.
    """

    token = "grafana:alerting/notificationPolicy:NotificationPolicy"
    inputs: ClassVar[Table] = {
        "contactPoint": string(required=True),
        "groupBies": listing(string(), required=True),
        "groupWait": duration(),
        "groupInterval": duration(),
        "repeatInterval": duration(),
        "policies": listing(record(_nested(_LEVELS))),
        "disableProvenance": disable_provenance(replaces=False),
        "orgId": org_id(),
    }

    def create(self, inputs: Values) -> Result:
        """PUT /v1/provisioning/policies."""
        org = organisation(self.client, inputs)
        self._put(org, inputs)
        return Result(id=join(org, "policy"), outputs={"orgId": str(org)})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /v1/provisioning/policies; Grafana always has a tree."""
        org, _ = split(self.client, resource_id)
        found = self.client.get(f"{PATH}/policies", org)
        absent = dict.fromkeys(self.inputs)
        seen = _seen(found) | {"disableProvenance": disabled(found), "orgId": str(org)}
        return Result(id=join(org, "policy"), outputs=absent | as_known(seen, state, self.inputs))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PUT /v1/provisioning/policies."""
        org, _ = split(self.client, resource_id)
        self._put(org, inputs)
        return {"orgId": str(org)}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /v1/provisioning/policies: Grafana's own default comes back."""
        org, _ = split(self.client, resource_id)
        with self.client.alerting:
            self.client.delete(f"{PATH}/policies", org)

    def _put(self, org: int, inputs: Values) -> None:
        with self.client.alerting:
            self.client.send("PUT", f"{PATH}/policies", org, body=_route(inputs), headers=headers(inputs))


def _route(policy: Values) -> Values:
    body: Values = {theirs: policy[ours] for ours, theirs in _NAMES.items() if policy.get(ours)}
    if policy.get("matchers"):
        body["object_matchers"] = [[one["label"], one["match"], one["value"]] for one in policy["matchers"]]
    if policy.get("policies"):
        body["routes"] = [_route(one) for one in policy["policies"]]
    return body


def _seen(found: Mapping[str, Any]) -> Values:
    seen: Values = {ours: found[theirs] for ours, theirs in _NAMES.items() if found.get(theirs)}
    if found.get("object_matchers"):
        seen["matchers"] = [{"label": a, "match": b, "value": c} for a, b, c in found["object_matchers"]]
    if found.get("routes"):
        seen["policies"] = [_seen(one) for one in found["routes"]]
    return seen
