"""Grafana: what it shows is behind a login, what it knows is secret, and what it alerts reaches somebody."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import Severity

from policies.pack.rule import ResourceRule, whole
from policies.reading.durations import seconds
from policies.resources import (
    ContactPoint,
    DataSource,
    GrafanaProvider,
    NotificationPolicy,
    RuleGroup,
    ServiceAccount,
    ServiceAccountRotatingToken,
    ServiceAccountToken,
)
from policies.resources.postgresql import ENCRYPTED_MODES

_SENSITIVE = re.compile(r"password|token|secret|key$|credentials$|authorization$|^(restProxy)?url$", re.IGNORECASE)
_API_ADDRESSES = (("alertmanagers", "url"), ("opsgenies", "url"), ("sensugos", "url"))
"""Addresses without a key in them: the key is an input of its own."""
_IN_JSON = re.compile(
    r"(password|token|secret|(api|private|access|client|secret)_?key|httpHeaderValue\d+)$", re.IGNORECASE
)
_SILENT_STATES = ("OK", "KeepLast")
_DATABASES = ("postgres", "grafana-postgresql-datasource")
_ROOT = "the root"
_DEFAULT_GROUP_WAIT = "30s"
_DEFAULT_INTERVAL_SECONDS = 60
_SHIPPED_LOGINS = ("admin:admin", "admin:")


def _data_source(source: DataSource) -> Iterator[str]:
    if source.inputs.get("accessMode") == "direct":
        yield "accessMode=direct hands its address and login to every browser; set it to proxy"
    if source.inputs.get("basicAuthEnabled") and str(source.inputs.get("url")).lower().startswith("http://"):
        yield "url is http:// with basicAuthEnabled, so the password crosses the network in clear; use https://"
    yield from _kept_from_editors(source)
    settings = _json(source.inputs.get("jsonDataEncoded"))
    for name, value in _leaves(settings):
        if value and _IN_JSON.search(name):
            yield f"jsonDataEncoded has {name}, which everybody who may edit reads; move it to secureJsonDataEncoded"
    if str(source.inputs.get("type")) in _DATABASES and settings.get("sslmode") not in ENCRYPTED_MODES:
        mode = settings.get("sslmode") or "not set"
        yield f"jsonDataEncoded sslmode={mode} may read orders in clear; set it to verify-full"


def _kept_from_editors(source: DataSource) -> Iterator[str]:
    secure = source.inputs.get("secureJsonDataEncoded")
    if secure and secure not in source.secrets:
        yield "secureJsonDataEncoded is plain text in code and state; use pulumi.Output.secret"
    for name, value in (source.inputs.get("httpHeaders") or {}).items():
        if value not in source.secrets:
            yield f"httpHeaders has {name} as plain text in code and state; use pulumi.Output.secret"


def _json(text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(str(text))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _leaves(tree: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a tree, with the name that it is under."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _leaves(value, key)
    elif isinstance(tree, str):
        yield name, tree
    elif isinstance(tree, Sequence):
        for each in tree:
            yield from _leaves(each, name)


def _receivers(point: ContactPoint) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Without the lists of texts that the provider's bridge keeps beside them, `__defaults`."""
    return ((kind, each) for kind, each in point.receivers if isinstance(each, Mapping))


def _secret_receivers(point: ContactPoint) -> Iterator[str]:
    for kind, receiver in _receivers(point):
        for name, value in _leaves(receiver):
            held = _SENSITIVE.search(name) and (kind, name) not in _API_ADDRESSES
            if held and value and value not in point.secrets:
                yield f"{kind} has {name} as plain text, by which anybody can page or silence; use pulumi.Output.secret"


def _reaches_somebody(point: ContactPoint) -> Iterator[str]:
    if not any(_receivers(point)):
        yield "has no receiver, so its alerts reach nobody; add one, such as webhooks or pagerduties"


def _routes(policy: NotificationPolicy, *, most_wait_seconds: int) -> Iterator[str]:
    if not policy.inputs.get("contactPoint"):
        yield "contactPoint is not set at the root, so what no route matches reaches nobody; name one"
    if not policy.inputs.get("groupWait"):
        yield from _held_back(_DEFAULT_GROUP_WAIT, "the root, where it is not set,", most_wait_seconds)
    for place, route in _tree(policy.inputs):
        yield from _held_back(str(route.get("groupWait")), place, most_wait_seconds)
        if route.get("muteTimings") and not route.get("matchers"):
            yield f"muteTimings at {place} without matchers silences everything; add matchers"


def _held_back(wait: str, place: str, most_wait_seconds: int) -> Iterator[str]:
    held = seconds(wait)
    if held is not None and held > most_wait_seconds:
        yield f"groupWait={wait} at {place} keeps a page back that long; set it to {most_wait_seconds}s or less"


def _tree(route: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every route with its place, the root first."""
    yield place or _ROOT, route
    for number, inner in enumerate(route.get("policies") or ()):
        yield from _tree(inner, f"{place}.policies[{number}]".lstrip("."))


def _not_admin(account: ServiceAccount) -> Iterator[str]:
    if account.inputs.get("role") == "Admin":
        yield "role=Admin lets its token change users and data sources; set it to Editor or Viewer"


def _expires(token: ServiceAccountToken | ServiceAccountRotatingToken, *, most_days: int) -> Iterator[str]:
    lives = token.amount("secondsToLive")
    if lives is None:
        yield f"secondsToLive is not set, so a lost token works for ever; set it to {most_days * 86_400} or less"
    elif lives > most_days * 86_400:
        yield f"secondsToLive={lives} is more than {most_days} days; lower it to {most_days * 86_400}"


def _rules_speak(group: RuleGroup, *, most_interval_seconds: int, most_for_seconds: int) -> Iterator[str]:
    interval = group.amount("intervalSeconds") or _DEFAULT_INTERVAL_SECONDS
    for rule in group.items("rules"):
        called = f"rule {rule.get('name')!r}"
        if rule.get("isPaused"):
            yield f"{called} is paused, so it never fires; remove isPaused"
        for state in ("noDataState", "execErrState"):
            if rule.get(state) in _SILENT_STATES:
                yield f"{called} has {state}={rule.get(state)}: a dead source looks healthy; set it to Alerting"
        if (rule.get("labels") or {}).get("reg") == "rts6":
            yield from _in_time(called, interval, most_interval_seconds, str(rule.get("for")), most_for_seconds)


def _in_time(called: str, interval: float, most_interval: int, pending: str, most_pending: int) -> Iterator[str]:
    if interval > most_interval:
        yield (
            f"intervalSeconds={interval} is too slow for {called} with reg=rts6; "
            f"set it to {most_interval} or less, or alert in Prometheus where Grafana refuses that"
        )
    held = seconds(pending)
    if held is not None and held > most_pending:
        yield f"{called} with reg=rts6 has for={pending}: it is told too late; lower it to {most_pending}s or less"


def _authenticated(provider: GrafanaProvider) -> Iterator[str]:
    auth = str(provider.inputs.get("auth") or "")
    if auth == "anonymous":
        yield "auth=anonymous works only where everybody may change Grafana; use a service account's token"
        return
    if auth and auth not in provider.secrets:
        yield "auth is plain text in code and state; use pulumi.Output.secret"
    if auth in _SHIPPED_LOGINS:
        yield "auth is the password that Grafana ships; change it"


RULES = (
    ResourceRule(
        name="data-sources-secret",
        description=(
            "A data source keeps its login to Grafana's server: in a browser or in plain JSON it is everybody's."
        ),
        severity=Severity.CRITICAL,
        of=DataSource,
        check=_data_source,
        steps="Set access_mode=proxy; move passwords to secure_json_data_encoded as a secret; sslmode=verify-full.",
        source="https://grafana.com/docs/grafana/latest/administration/data-source-management/",
        tags=("grafana", "secrets"),
    ),
    ResourceRule(
        name="contact-points-secret",
        description=(
            "The address and token of a pager are secrets: who has them can page the desk at will, or silence it."
        ),
        severity=Severity.HIGH,
        of=ContactPoint,
        check=_secret_receivers,
        steps="Give ContactPoint's url, token and password as pulumi.Output.secret.",
        source="https://www.pulumi.com/docs/iac/concepts/secrets/",
        tags=("grafana", "secrets"),
    ),
    ResourceRule(
        name="contact-points-reach-somebody",
        description="A contact point has a receiver: without, an alert that it is sent is lost.",
        severity=Severity.CRITICAL,
        of=ContactPoint,
        check=_reaches_somebody,
        steps="Give ContactPoint a receiver.",
        source="https://grafana.com/docs/grafana/latest/alerting/fundamentals/notifications/contact-points/",
        tags=("grafana", "alerts"),
    ),
    ResourceRule(
        name="routes-page-at-once",
        description=(
            "A route sends a page at once: Grafana's own 30 s of waiting are six times what RTS 6 leaves for all of it."
        ),
        severity=Severity.HIGH,
        of=NotificationPolicy,
        check=_routes,
        numbers={"most_wait_seconds": whole(1, 0, 300, "Longest wait for others of the same group, in seconds.")},
        steps="Set NotificationPolicy.group_wait to 0s or 1s, and a contact_point at the root.",
        source="Commission Delegated Regulation (EU) 2017/589, Art. 16(5)",
        tags=("grafana", "alerts"),
    ),
    ResourceRule(
        name="service-accounts-not-admin",
        description="A program's account is no administrator: its token would open every desk's data.",
        severity=Severity.HIGH,
        of=ServiceAccount,
        check=_not_admin,
        steps="Set ServiceAccount.role to Editor or Viewer.",
        source="https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        tags=("grafana", "security"),
    ),
    ResourceRule(
        name="tokens-expire",
        description="A token ends by itself: one that was lost is worth nothing after its time.",
        severity=Severity.HIGH,
        of=ServiceAccountToken,
        check=_expires,
        numbers={"most_days": whole(90, 1, 366, "Longest life of a token, in days.")},
        steps="Set ServiceAccountToken.seconds_to_live to 7776000 (90 days) or less.",
        source="https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        tags=("grafana", "security"),
    ),
    ResourceRule(
        name="rotating-tokens-expire",
        description="A token that is made anew ends too: else each former one works for ever.",
        severity=Severity.HIGH,
        of=ServiceAccountRotatingToken,
        check=_expires,
        numbers={"most_days": whole(90, 1, 366, "Longest life of a token, in days.")},
        steps="Set ServiceAccountRotatingToken.seconds_to_live to 7776000 (90 days) or less.",
        source="https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        tags=("grafana", "security"),
    ),
    ResourceRule(
        name="alert-rules-speak",
        description=(
            "An alert rule can fire: paused, or calm when its source is dead, it tells of safety that is not there."
        ),
        severity=Severity.HIGH,
        of=RuleGroup,
        check=_rules_speak,
        numbers={
            "most_interval_seconds": whole(1, 1, 300, "Longest time between evaluations of a rule with reg=rts6."),
            # 5 s of RTS 6 less one each for the scrape and the evaluation.
            "most_for_seconds": whole(3, 0, 300, "Longest `for` of a rule with reg=rts6, in seconds."),
        },
        steps=(
            "Remove is_paused; set no_data_state and exec_err_state to Alerting; "
            "interval_seconds=1 and for=0s for reg=rts6, or have Prometheus alert."
        ),
        source="https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/",
        tags=("grafana", "alerts"),
    ),
    ResourceRule(
        name="grafana-provider-authenticated",
        description="The deployment proves itself to Grafana by a secret that is its own.",
        severity=Severity.CRITICAL,
        of=GrafanaProvider,
        check=_authenticated,
        steps="Set auth on grafana.Provider to a token as pulumi.Output.secret.",
        source="https://grafana.com/docs/grafana/latest/developers/http_api/authentication/",
        tags=("grafana", "security"),
    ),
)
