import json
from typing import Any

import pytest

from policies.pack.resource import Resource
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
from tests.policies.given import found, resource, secret

SOURCE = {
    "name": "orders",
    "type": "grafana-postgresql-datasource",
    "url": "10.0.0.6:5432",
    "jsonDataEncoded": json.dumps({"sslmode": "verify-full"}),
    "secureJsonDataEncoded": secret('{"password": "hunter22"}'),
}


def source(settings: Any = None, **changes: Any) -> Resource:
    encoded = {"jsonDataEncoded": json.dumps({"sslmode": "verify-full", **settings})} if settings else {}
    return resource(DataSource.TYPE, {**SOURCE, **encoded, **changes})


def told_of_source(settings: Any = None, **changes: Any) -> list[str]:
    return found("data-sources-secret", source(settings, **changes))


def test_a_data_source_without_fault() -> None:
    assert told_of_source() == []


def test_a_browser_that_asks_by_itself() -> None:
    assert told_of_source(accessMode="direct") == [
        "accessMode=direct hands its address and login to every browser; set it to proxy"
    ]
    assert told_of_source(accessMode="proxy") == []


@pytest.mark.parametrize("url", ["http://10.0.0.5:9090", "HTTP://10.0.0.5:9090"])
def test_a_password_in_clear(url: str) -> None:
    assert told_of_source(basicAuthEnabled=True, url=url) == [
        "url is http:// with basicAuthEnabled, so the password crosses the network in clear; use https://"
    ]
    assert told_of_source(basicAuthEnabled=False, url=url) == []
    assert told_of_source(basicAuthEnabled=None, url=url) == []


@pytest.mark.parametrize("url", ["https://10.0.0.5:9090", "10.0.0.5:9090", "https://10.0.0.5/?of=http://x", None])
def test_a_password_that_is_encrypted(url: str | None) -> None:
    assert told_of_source(basicAuthEnabled=True, url=url) == []


def test_secure_json_in_plain_text() -> None:
    assert told_of_source(secureJsonDataEncoded='{"password": "hunter22"}') == [
        "secureJsonDataEncoded is plain text in code and state; use pulumi.Output.secret"
    ]
    assert told_of_source(secureJsonDataEncoded=None) == []


def test_headers_in_plain_text() -> None:
    assert told_of_source(httpHeaders={"Authorization": "Bearer t0ken", "X-Org": secret("7")}) == [
        "httpHeaders has Authorization as plain text in code and state; use pulumi.Output.secret"
    ]
    assert told_of_source(httpHeaders=secret({"Authorization": "Bearer t0ken"})) == []


@pytest.mark.parametrize(
    "name",
    [
        *("password", "basicAuthPassword", "token", "accessToken", "clientSecret", "apiKey", "api_key", "privateKey"),
        *("accessKey", "tlsClientKey", "secretKey", "httpHeaderValue1", "httpHeaderValue12", "PASSWORD"),
    ],
)
def test_a_secret_that_editors_read(name: str) -> None:
    message = f"jsonDataEncoded has {name}, which everybody who may edit reads; move it to secureJsonDataEncoded"

    assert told_of_source({name: "hunter22"}) == [message]
    assert told_of_source({"of": {"each": [{name: "hunter22"}]}}) == [message]
    assert told_of_source({name: ["hunter22"]}) == [message]
    assert told_of_source({name: ""}) == []
    assert told_of_source({name: True, "n": None, "t": 5}) == []


@pytest.mark.parametrize(
    "name",
    [
        *("timeInterval", "passwordFile", "tokenUri", "secretArn", "privateKeyPath", "apiKeyName", "httpHeaderName1"),
        *("httpHeaderValue", "keyspace", "monkey", "tlsAuth"),
    ],
)
def test_a_setting_that_is_no_secret(name: str) -> None:
    assert told_of_source({name: "x"}) == []


@pytest.mark.parametrize("kind", ["postgres", "grafana-postgresql-datasource"])
@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_orders_read_in_clear(kind: str, mode: str) -> None:
    assert told_of_source({"sslmode": mode}, type=kind) == [
        f"jsonDataEncoded sslmode={mode} may read orders in clear; set it to verify-full"
    ]


@pytest.mark.parametrize("text", [None, "", "{}", '{"sslmode": ""}', "{", '["sslmode"]'])
def test_a_database_source_that_says_nothing_of_tls(text: str | None) -> None:
    assert told_of_source(jsonDataEncoded=text) == [
        "jsonDataEncoded sslmode=not set may read orders in clear; set it to verify-full"
    ]


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_orders_read_encrypted(mode: str) -> None:
    assert told_of_source({"sslmode": mode}) == []


@pytest.mark.parametrize("kind", ["prometheus", None])
def test_another_source_has_no_sslmode(kind: str | None) -> None:
    assert told_of_source(type=kind, jsonDataEncoded=None) == []


def point(kind: str = "webhooks", **receiver: Any) -> Resource:
    return resource(ContactPoint.TYPE, {"name": "desk", "__defaults": ["name"], kind: [receiver]})


def told_of_point(kind: str, **receiver: Any) -> list[str]:
    return found("contact-points-secret", point(kind, **receiver))


SENSITIVE = (
    *(("webhooks", "url"), ("webhooks", "basicAuthPassword"), ("webhooks", "authorizationCredentials")),
    *(("slacks", "url"), ("slacks", "token"), ("pagerduties", "integrationKey"), ("opsgenies", "apiKey")),
    *(("oncalls", "url"), ("kafkas", "restProxyUrl"), ("kafkas", "password"), ("jiras", "apiToken")),
    *(("pushovers", "userKey"), ("sns", "secretKey"), ("threemas", "apiSecret"), ("wecoms", "secret")),
    *(("alertmanagers", "basicAuthPassword"), ("sensugos", "apiKey")),
)


@pytest.mark.parametrize(("kind", "name"), SENSITIVE)
def test_a_way_to_page_in_plain_text(kind: str, name: str) -> None:
    assert told_of_point(kind, **{name: "k3y"}) == [
        f"{kind} has {name} as plain text, by which anybody can page or silence; use pulumi.Output.secret"
    ]
    assert told_of_point(kind, **{name: secret("k3y")}) == []
    assert told_of_point(kind, **{name: ""}) == []


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ({"hmacConfig": {"secret": "k3y"}}, "secret"),
        ({"httpConfig": {"oauth2": {"clientSecret": "k3y"}}}, "clientSecret"),
        ({"tlsConfig": {"clientKey": "k3y"}}, "clientKey"),
        ({"headers": {"Authorization": "k3y"}}, "Authorization"),
        ({"headers": {"Proxy-Authorization": "k3y"}}, "Proxy-Authorization"),
        ({"settings": {"url": "k3y"}}, "url"),
    ],
)
def test_what_is_deeper_in_a_receiver(outer: Any, inner: str) -> None:
    assert told_of_point("webhooks", **outer) == [
        f"webhooks has {inner} as plain text, by which anybody can page or silence; use pulumi.Output.secret"
    ]
    assert told_of_point("webhooks", **{name: secret(value) for name, value in outer.items()}) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("slacks", "recipient"), ("slacks", "iconUrl"), ("slacks", "endpointUrl"), ("pagerduties", "clientUrl")),
        *(("webhooks", "authorizationScheme"), ("webhooks", "uid"), ("jiras", "dedupKeyField"), ("jiras", "apiUrl")),
        *(("opsgenies", "url"), ("alertmanagers", "url"), ("sensugos", "url"), ("emails", "message")),
    ],
)
def test_what_a_receiver_may_show(kind: str, name: str) -> None:
    assert told_of_point(kind, **{name: "x"}) == []


def test_the_second_receiver_is_seen_too() -> None:
    both = resource(
        ContactPoint.TYPE, {"name": "desk", "slacks": [{"url": secret("k3y")}, {"url": "open"}], "emails": [{}]}
    )
    assert found("contact-points-secret", both) == [
        "slacks has url as plain text, by which anybody can page or silence; use pulumi.Output.secret"
    ]


def test_a_contact_point_that_reaches_nobody() -> None:
    nobody = {"name": "desk", "disableProvenance": True, "orgId": "1", "__defaults": ["name"], "slacks": []}

    assert found("contact-points-reach-somebody", resource(ContactPoint.TYPE, nobody)) == [
        "has no receiver, so its alerts reach nobody; add one, such as webhooks or pagerduties"
    ]
    assert found("contact-points-secret", resource(ContactPoint.TYPE, nobody)) == []


def test_a_contact_point_that_reaches_somebody() -> None:
    assert found("contact-points-reach-somebody", point("emails", addresses=["desk@example.com"])) == []


ROUTES = {"contactPoint": "desk", "groupBies": ["alertname"], "groupWait": "1s"}
MATCHERS = [{"label": "team", "match": "=", "value": "desk"}]


def told_of_routes(*inner: Any, most: int | None = None, **changes: Any) -> list[str]:
    numbers = {} if most is None else {"most_wait_seconds": most}
    return found(
        "routes-page-at-once",
        resource(NotificationPolicy.TYPE, {**ROUTES, "policies": list(inner), **changes}),
        **numbers,
    )


@pytest.mark.parametrize("wait", ["0s", "1s", "500ms"])
def test_a_root_that_pages_at_once(wait: str) -> None:
    assert told_of_routes(groupWait=wait) == []
    assert told_of_routes(groupWait=wait, policies=None) == []


@pytest.mark.parametrize("wait", ["2s", "1001ms", "1m"])
def test_a_root_that_waits(wait: str) -> None:
    assert told_of_routes(groupWait=wait) == [
        f"groupWait={wait} at the root keeps a page back that long; set it to 1s or less"
    ]


@pytest.mark.parametrize("wait", [None, ""])
def test_a_root_that_says_nothing_waits_half_a_minute(wait: str | None) -> None:
    assert told_of_routes(groupWait=wait) == [
        "groupWait=30s at the root, where it is not set, keeps a page back that long; set it to 1s or less"
    ]


def test_the_longest_wait_can_be_set() -> None:
    assert told_of_routes(groupWait=None, most=29) == [
        "groupWait=30s at the root, where it is not set, keeps a page back that long; set it to 29s or less"
    ]
    assert told_of_routes(groupWait=None, most=30) == []
    assert told_of_routes(most=0) == ["groupWait=1s at the root keeps a page back that long; set it to 0s or less"]
    assert told_of_routes(most=1) == []


def test_a_wait_that_is_no_duration_is_left_to_grafana() -> None:
    assert told_of_routes(groupWait="soon") == []


def test_a_route_that_waits() -> None:
    inner = {"groupWait": "5s", "policies": [{}, {"groupWait": "7s"}]}

    assert told_of_routes({"groupWait": "1s"}, inner) == [
        "groupWait=5s at policies[1] keeps a page back that long; set it to 1s or less",
        "groupWait=7s at policies[1].policies[1] keeps a page back that long; set it to 1s or less",
    ]


def test_a_route_inherits_the_wait() -> None:
    assert told_of_routes({"contactPoint": "risk"}) == []


@pytest.mark.parametrize("value", [None, ""])
def test_a_root_without_somebody(value: str | None) -> None:
    assert told_of_routes({"groupWait": "0s"}, contactPoint=value) == [
        "contactPoint is not set at the root, so what no route matches reaches nobody; name one"
    ]


@pytest.mark.parametrize("matchers", [None, []])
def test_everything_muted(matchers: Any) -> None:
    muted = {"muteTimings": ["night"], "matchers": matchers}
    message = "without matchers silences everything; add matchers"

    assert told_of_routes(muted) == [f"muteTimings at policies[0] {message}"]
    assert told_of_routes({"policies": [muted]}) == [f"muteTimings at policies[0].policies[0] {message}"]


def test_something_muted() -> None:
    assert told_of_routes({"muteTimings": ["night"], "matchers": MATCHERS}) == []
    assert told_of_routes({"muteTimings": [], "matchers": None}) == []


def test_an_administrator() -> None:
    assert found("service-accounts-not-admin", resource(ServiceAccount.TYPE, {"name": "ci", "role": "Admin"})) == [
        "role=Admin lets its token change users and data sources; set it to Editor or Viewer"
    ]


@pytest.mark.parametrize("role", ["Editor", "Viewer", "None", None])
def test_no_administrator(role: str | None) -> None:
    assert found("service-accounts-not-admin", resource(ServiceAccount.TYPE, {"name": "ci", "role": role})) == []


def token(lives: int | None) -> Resource:
    return resource(ServiceAccountToken.TYPE, {"name": "ci", "serviceAccountId": "1", "secondsToLive": lives})


@pytest.mark.parametrize("lives", [None, 0])
def test_a_token_without_end(lives: int | None) -> None:
    message = "secondsToLive is not set, so a lost token works for ever; set it to"

    assert found("tokens-expire", token(lives)) == [f"{message} 7776000 or less"]
    assert found("tokens-expire", token(lives), most_days=1) == [f"{message} 86400 or less"]


def test_a_token_that_lives_too_long() -> None:
    assert found("tokens-expire", token(7_776_001)) == [
        "secondsToLive=7776001 is more than 90 days; lower it to 7776000"
    ]
    assert found("tokens-expire", token(86_401), most_days=1) == [
        "secondsToLive=86401 is more than 1 days; lower it to 86400"
    ]


def test_a_token_that_ends() -> None:
    assert found("tokens-expire", token(7_776_000)) == []
    assert found("tokens-expire", token(86_400), most_days=1) == []


def rotating(lives: int) -> Resource:
    given = {"namePrefix": "ci", "serviceAccountId": "1", "earlyRotationWindowSeconds": 0}
    return resource(ServiceAccountRotatingToken.TYPE, {**given, "secondsToLive": lives})


@pytest.mark.parametrize(
    ("lives", "told"),
    [
        (0, "secondsToLive is not set, so a lost token works for ever; set it to 7776000 or less"),
        (7_776_001, "secondsToLive=7776001 is more than 90 days; lower it to 7776000"),
    ],
)
def test_a_rotating_token_that_lives_too_long(lives: int, told: str) -> None:
    assert found("rotating-tokens-expire", rotating(lives)) == [told]


def test_a_rotating_token_that_ends() -> None:
    assert found("rotating-tokens-expire", rotating(7_776_000)) == []
    assert found("rotating-tokens-expire", rotating(86_400), most_days=1) == []


RULE: dict[str, Any] = {"name": "rejects", "condition": "A", "noDataState": "NoData", "execErrState": "Alerting"}


def told_of_group(*rules: Any, interval: int | None = 1, **numbers: Any) -> list[str]:
    inputs = {"name": "orders", "folderUid": "desk", "intervalSeconds": interval, "rules": list(rules)}
    return found("alert-rules-speak", resource(RuleGroup.TYPE, inputs), **numbers)


def test_a_rule_that_speaks() -> None:
    assert told_of_group(RULE, {**RULE, "isPaused": False}, {"name": "bare"}) == []


def test_a_paused_rule() -> None:
    assert told_of_group(RULE, {**RULE, "name": "fills", "isPaused": True}) == [
        "rule 'fills' is paused, so it never fires; remove isPaused"
    ]


@pytest.mark.parametrize("state", ["OK", "KeepLast"])
@pytest.mark.parametrize("argument", ["noDataState", "execErrState"])
def test_a_rule_that_is_calm_when_its_source_is_dead(argument: str, state: str) -> None:
    assert told_of_group({**RULE, argument: state}) == [
        f"rule 'rejects' has {argument}={state}: a dead source looks healthy; set it to Alerting"
    ]


@pytest.mark.parametrize("state", ["NoData", "Alerting", "Error", None])
def test_a_rule_that_is_not_calm(state: str | None) -> None:
    assert told_of_group({**RULE, "noDataState": state, "execErrState": state}) == []


REGULATED = {**RULE, "labels": {"reg": "rts6"}, "for": "3s"}
SLOW = "with reg=rts6; set it to {} or less, or alert in Prometheus where Grafana refuses that"


def test_a_regulated_rule_in_time() -> None:
    assert told_of_group(REGULATED) == []


@pytest.mark.parametrize(("interval", "shown"), [(2, 2), (60, 60), (None, 60), (0, 60)])
def test_a_regulated_rule_that_is_evaluated_too_seldom(interval: int | None, shown: int) -> None:
    assert told_of_group(RULE, REGULATED, interval=interval) == [
        f"intervalSeconds={shown} is too slow for rule 'rejects' {SLOW.format(1)}"
    ]


def test_the_interval_can_be_set() -> None:
    assert told_of_group(REGULATED, interval=10, most_interval_seconds=10) == []
    assert told_of_group(REGULATED, interval=20, most_interval_seconds=10) == [
        f"intervalSeconds=20 is too slow for rule 'rejects' {SLOW.format(10)}"
    ]


@pytest.mark.parametrize("pending", ["4s", "3001ms", "5m"])
def test_a_regulated_rule_that_waits(pending: str) -> None:
    assert told_of_group({**REGULATED, "for": pending}) == [
        f"rule 'rejects' with reg=rts6 has for={pending}: it is told too late; lower it to 3s or less"
    ]


@pytest.mark.parametrize("pending", [None, "", "0s", "3s", "soon"])
def test_a_regulated_rule_that_waits_for_little(pending: str | None) -> None:
    assert told_of_group({**REGULATED, "for": pending}) == []


def test_the_wait_can_be_set() -> None:
    assert told_of_group({**REGULATED, "for": "1m"}, most_for_seconds=60) == []
    assert told_of_group({**REGULATED, "for": "1s"}, most_for_seconds=0) == [
        "rule 'rejects' with reg=rts6 has for=1s: it is told too late; lower it to 0s or less"
    ]


@pytest.mark.parametrize("labels", [None, {}, {"reg": "mica"}, {"severity": "rts6"}])
def test_a_rule_that_no_regulator_asks_for_may_take_its_time(labels: Any) -> None:
    assert told_of_group({**REGULATED, "labels": labels, "for": "5m"}, interval=60) == []


def told_of_provider(auth: Any) -> list[str]:
    return found("grafana-provider-authenticated", resource(GrafanaProvider.TYPE, {"url": "http://g", "auth": auth}))


def test_a_provider_that_is_nobody() -> None:
    told = ["auth=anonymous works only where everybody may change Grafana; use a service account's token"]

    assert told_of_provider("anonymous") == told
    # A secret text is taken out of every message.
    assert len(told_of_provider(secret("anonymous"))) == 1


def test_a_token_in_plain_text() -> None:
    assert told_of_provider("glsa_t0ken") == ["auth is plain text in code and state; use pulumi.Output.secret"]


@pytest.mark.parametrize("auth", ["admin:admin", "admin:"])
def test_the_password_that_grafana_ships(auth: str) -> None:
    shipped = "auth is the password that Grafana ships; change it"

    assert told_of_provider(secret(auth)) == [shipped]
    assert told_of_provider(auth) == ["auth is plain text in code and state; use pulumi.Output.secret", shipped]


@pytest.mark.parametrize("auth", [secret("glsa_t0ken"), secret("admin:hunter22"), "", None])
def test_a_provider_that_proves_itself_or_has_it_from_the_environment(auth: Any) -> None:
    assert told_of_provider(auth) == []
