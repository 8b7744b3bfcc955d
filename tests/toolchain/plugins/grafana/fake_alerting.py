"""The fake's alerting: contact points, the policy tree, rule groups, mute timings and templates."""

import calendar
import copy
from typing import Any

from tests.toolchain.plugins.grafana.fake import Answer, Fake, Org, Refused, Request, found, route

PATH = "/v1/provisioning"
SECRETS = {
    "slack": ("url", "token"),
    "webhook": ("password", "authorization_credentials"),
    "pagerduty": ("integrationKey",),
    "telegram": ("bottoken",),
    "prometheus-alertmanager": ("basicAuthPassword",),
}
"""Settings that Grafana never shows, by type."""
DEFAULT_POLICY = {"receiver": "grafana-default-email", "group_by": ["grafana_folder", "alertname"]}
MONTHS = {name.lower(): str(number) for number, name in enumerate(calendar.month_name) if name}


def provenance(request: Request) -> str:
    return "" if "x-disable-provenance" in request.headers else "api"


@route("GET", f"{PATH}/contact-points")
def get_contact_points(_fake: Fake, org: Org, request: Request) -> Answer:
    wanted = request.query.get("name")
    return 200, [redacted(one) for one in org.contact_points if wanted in (None, one["name"])]


@route("POST", f"{PATH}/contact-points")
def make_contact_point(fake: Fake, org: Org, request: Request) -> Answer:
    valid(request.body)
    uid = request.body.get("uid") or fake.uid()
    org.contact_points.append(copy.deepcopy(request.body) | {"uid": uid, "provenance": provenance(request)})
    return 202, redacted(org.contact_points[-1])


@route("PUT", f"{PATH}/contact-points/:uid")
def change_contact_point(_fake: Fake, org: Org, request: Request, uid: str) -> Answer:
    valid(request.body)
    there = found({one["uid"]: one for one in org.contact_points}, uid, "contact point not found")
    there.update(copy.deepcopy(request.body) | {"provenance": provenance(request)})
    return 202, {"message": "contactpoint updated"}


@route("DELETE", f"{PATH}/contact-points/:uid")
def delete_contact_point(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    name = found({one["uid"]: one for one in org.contact_points}, uid, "contact point not found")["name"]
    alone = sum(one["name"] == name for one in org.contact_points) == 1
    if alone and name in receivers(org.policy):
        raise Refused(409, f"contact point '{name}' is used by a notification policy")
    org.contact_points = [one for one in org.contact_points if one["uid"] != uid]
    return 202, {"message": "contactpoint deleted"}


def valid(body: Any) -> None:
    if "refused" in str(body["settings"].get("url", "")):
        raise Refused(400, f"invalid object specification: bad url {body['settings']['url']}")


def redacted(contact_point: dict[str, Any]) -> dict[str, Any]:
    shown = copy.deepcopy(contact_point)
    for key in SECRETS.get(shown["type"], ()):
        if key in shown["settings"]:
            shown["settings"][key] = "[REDACTED]"
    if "hmacConfig" in shown["settings"]:
        shown["settings"]["hmacConfig"]["secret"] = "[REDACTED]"
    return shown


def receivers(policy: dict[str, Any]) -> set[str]:
    return {policy.get("receiver", "")}.union(*(receivers(one) for one in policy.get("routes", []))) - {""}


@route("GET", f"{PATH}/policies")
def get_policy(_fake: Fake, org: Org, _request: Request) -> Answer:
    return 200, org.policy or DEFAULT_POLICY


@route("PUT", f"{PATH}/policies")
def put_policy(_fake: Fake, org: Org, request: Request) -> Answer:
    known = {one["name"] for one in org.contact_points} | {"grafana-default-email"}
    unknown = receivers(request.body) - known
    if unknown:
        raise Refused(400, f"invalid object specification: receiver '{unknown.pop()}' does not exist")
    org.policy = normalised(copy.deepcopy(request.body)) | {"provenance": provenance(request)}
    return 202, {"message": "policies updated"}


@route("DELETE", f"{PATH}/policies")
def reset_policy(_fake: Fake, org: Org, _request: Request) -> Answer:
    org.policy = {}
    return 202, DEFAULT_POLICY


def normalised(policy: dict[str, Any]) -> dict[str, Any]:
    """Grafana sorts matchers and writes durations its own way."""
    if "object_matchers" in policy:
        policy["object_matchers"].sort()
    for name in ("group_wait", "group_interval", "repeat_interval"):
        if policy.get(name) == "60m":
            policy[name] = "1h"
    if "routes" in policy:
        policy["routes"] = [normalised(one) for one in policy["routes"]]
    return policy


@route("PUT", f"{PATH}/folder/:folder/rule-groups/:group")
def put_group(fake: Fake, org: Org, request: Request, folder: str, group: str) -> Answer:
    if folder not in org.folders:
        raise Refused(404, "folder not found")
    rules = [
        filled_in(fake, rule) | {"provenance": provenance(request)} for rule in copy.deepcopy(request.body["rules"])
    ]
    org.groups[folder, group] = {
        "title": group,
        "folderUid": folder,
        "interval": request.body["interval"],
        "rules": rules,
    }
    return 200, org.groups[folder, group]


@route("GET", f"{PATH}/folder/:folder/rule-groups/:group")
def get_group(_fake: Fake, org: Org, _request: Request, folder: str, group: str) -> Answer:
    there = found(org.groups, (folder, group), "rule group not found")
    return 200, there | {"rules": [{k: v for k, v in one.items() if k != "provenance"} for one in there["rules"]]}


@route("GET", f"{PATH}/alert-rules/:uid")
def get_rule(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    return 200, found({one["uid"]: one for there in org.groups.values() for one in there["rules"]}, uid, "not found")


@route("DELETE", f"{PATH}/alert-rules/:uid")
def delete_rule(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    for key, there in list(org.groups.items()):
        there["rules"] = [one for one in there["rules"] if one["uid"] != uid]
        if not there["rules"]:
            del org.groups[key]
    return 204, None


def filled_in(fake: Fake, rule: dict[str, Any]) -> dict[str, Any]:
    rule["uid"] = rule["uid"] or fake.uid()
    rule["for"] = {"0": "0s", "60m": "1h"}.get(rule.get("for", "0"), rule.get("for"))
    rule["keep_firing_for"] = rule.get("keep_firing_for", "0s")
    for query in rule["data"]:
        query["model"] = {"intervalMs": 1000, "maxDataPoints": 43200} | query["model"]
    return rule


@route("POST", f"{PATH}/mute-timings")
def make_mute_timing(_fake: Fake, org: Org, request: Request) -> Answer:
    if request.body["name"] in org.mute_timings:
        raise Refused(400, "a mute timing of this name is there already")
    return 201, keep_mute_timing(org, request)


@route("GET", f"{PATH}/mute-timings/:name")
def get_mute_timing(_fake: Fake, org: Org, _request: Request, name: str) -> Answer:
    return 200, found(org.mute_timings, name, "mute timing not found")


@route("PUT", f"{PATH}/mute-timings/:name")
def change_mute_timing(_fake: Fake, org: Org, request: Request, name: str) -> Answer:
    found(org.mute_timings, name, "mute timing not found")
    return 202, keep_mute_timing(org, request)


@route("DELETE", f"{PATH}/mute-timings/:name")
def delete_mute_timing(_fake: Fake, org: Org, _request: Request, name: str) -> Answer:
    found(org.mute_timings, name, "mute timing not found")
    if any(name in one.get("mute_time_intervals", []) for one in org.policy.get("routes", [])):
        raise Refused(409, f"time interval '{name}' is used by a notification policy")
    del org.mute_timings[name]
    return 204, None


def keep_mute_timing(org: Org, request: Request) -> dict[str, Any]:
    kept = copy.deepcopy(request.body) | {"provenance": provenance(request)}
    for interval in kept["time_intervals"]:
        if "months" in interval:
            interval["months"] = [":".join(MONTHS.get(one, one) for one in m.split(":")) for m in interval["months"]]
    org.mute_timings[kept["name"]] = kept
    return kept


@route("PUT", f"{PATH}/templates/:name")
def put_template(_fake: Fake, org: Org, request: Request, name: str) -> Answer:
    text = request.body["template"].strip()
    if "{{ define" not in text:
        lines = "\n".join(f"  {line}" for line in text.split("\n"))
        text = f'{{{{ define "{name}" }}}}\n{lines}\n{{{{ end }}}}'
    org.templates[name] = {"name": name, "template": text, "provenance": provenance(request)}
    return 202, org.templates[name]


@route("GET", f"{PATH}/templates/:name")
def get_template(_fake: Fake, org: Org, _request: Request, name: str) -> Answer:
    return 200, found(org.templates, name, "template not found")


@route("DELETE", f"{PATH}/templates/:name")
def delete_template(_fake: Fake, org: Org, _request: Request, name: str) -> Answer:
    found(org.templates, name, "template not found")
    del org.templates[name]
    return 204, None
