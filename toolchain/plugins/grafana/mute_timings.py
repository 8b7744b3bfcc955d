"""`MuteTiming`: when no notification goes out."""

import calendar
from collections.abc import Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, listing, record, string
from toolchain.plugins.grafana.client import Grafana, GrafanaError, part
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split
from toolchain.plugins.grafana.provenance import PATH, disable_provenance, disabled, headers
from toolchain.plugins.grafana.spelling import as_known
from toolchain.plugins.grafana.texts import of_texts

_LISTS = {"weekdays": "weekdays", "daysOfMonths": "days_of_month", "months": "months", "years": "years"}
"""Input → Grafana's name of it."""
_MONTHS = [name.lower() for name in calendar.month_name]
"""From 1; the empty name at 0 is no month's."""


@of_texts
def _same_range(old: str, new: str) -> bool:
    """Whether two ranges of months or weekdays are one: `January:march` is `1:3`."""
    return _numbered(old) == _numbered(new)


def _numbered(text: str) -> list[str]:
    words = [word.strip().lower() for word in text.split(":")]
    return [str(_MONTHS.index(word)) if word in _MONTHS else word for word in words]


class MuteTiming(Resource[Grafana]):
    """A mute timing. Its id is `organisation:name`."""

    token = "grafana:alerting/muteTiming:MuteTiming"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "intervals": listing(
            record(
                {
                    "times": listing(record({"start": string(required=True), "end": string(required=True)})),
                    "weekdays": listing(string(same=_same_range)),
                    "daysOfMonths": listing(string()),
                    "months": listing(string(same=_same_range)),
                    "years": listing(string()),
                    "location": string(),
                }
            )
        ),
        "disableProvenance": disable_provenance(replaces=True),
        "orgId": org_id(),
    }

    def create(self, inputs: Values) -> Result:
        """POST /v1/provisioning/mute-timings."""
        org, name = organisation(self.client, inputs), inputs["name"]
        try:
            with self.client.alerting:
                self.client.send("POST", f"{PATH}/mute-timings", org, body=_body(name, inputs), headers=headers(inputs))
        except GrafanaError as error:
            # Which status a taken name gets has changed between Grafana's versions.
            if error.status is None or self.client.find(f"{PATH}/mute-timings/{part(name)}", org) is None:
                raise
            hint = f"{adopt(self.token, org, name)}, or choose another name"
            raise GrafanaError(f"{error}; {hint}", error.status) from None
        return Result(id=join(org, name), outputs={"orgId": str(org)})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /v1/provisioning/mute-timings/:name."""
        org, name = split(self.client, resource_id)
        found = self.client.find(f"{PATH}/mute-timings/{part(name)}", org)
        if found is None:
            return None
        seen = {
            "name": found["name"],
            "intervals": [_seen(interval) for interval in found.get("time_intervals") or []],
            "disableProvenance": disabled(found),
            "orgId": str(org),
        }
        return Result(id=join(org, name), outputs=as_known(seen, state, self.inputs))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PUT /v1/provisioning/mute-timings/:name."""
        org, name = split(self.client, resource_id)
        with self.client.alerting:
            path = f"{PATH}/mute-timings/{part(name)}"
            self.client.send("PUT", path, org, body=_body(name, inputs), headers=headers(inputs))
        return {"orgId": str(org)}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /v1/provisioning/mute-timings/:name, which Grafana refuses while a policy names it."""
        org, name = split(self.client, resource_id)
        with self.client.alerting:
            self.client.delete(f"{PATH}/mute-timings/{part(name)}", org)


def _body(name: str, inputs: Values) -> Values:
    return {"name": name, "time_intervals": [_interval(one) for one in inputs.get("intervals", [])]}


def _interval(interval: Values) -> Values:
    body: Values = {theirs: interval[ours] for ours, theirs in _LISTS.items() if interval.get(ours)}
    if interval.get("times"):
        body["times"] = [{"start_time": one["start"], "end_time": one["end"]} for one in interval["times"]]
    return body | ({"location": interval["location"]} if interval.get("location") else {})


def _seen(found: Mapping[str, Any]) -> Values:
    seen: Values = {ours: found[theirs] for ours, theirs in _LISTS.items() if found.get(theirs)}
    if found.get("times"):
        seen["times"] = [{"start": one["start_time"], "end": one["end_time"]} for one in found["times"]]
    return seen | ({"location": found["location"]} if found.get("location") else {})
