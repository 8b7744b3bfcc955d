"""Grafana with everything in clear: data source, pager, an administrator's token without an end."""

import json

import pulumiverse_grafana as grafana

provider = grafana.Provider("grafana", url="http://10.0.0.5:3000", auth="admin:admin")
own = grafana.oss.DataSource(
    "orders",
    name="orders",
    type="grafana-postgresql-datasource",
    url="http://10.0.0.6:5432",
    access_mode="direct",
    basic_auth_enabled=True,
    json_data_encoded=json.dumps({"sslmode": "disable", "password": "hunter22"}),
    secure_json_data_encoded=json.dumps({"password": "hunter22"}),
)
point = grafana.alerting.ContactPoint(
    "desk",
    name="desk",
    slacks=[grafana.alerting.ContactPointSlackArgs(url="https://hooks.slack.example/T0/B0/xyz", recipient="#desk")],
)
empty = grafana.alerting.ContactPoint("nobody", name="nobody")
for name in ("routes", "routes-of-the-other-desk"):
    grafana.alerting.NotificationPolicy(
        name,
        contact_point=point.name,
        group_bies=["alertname"],
        policies=[grafana.alerting.NotificationPolicyPolicyArgs(contact_point=empty.name, mute_timings=["night"])],
    )
account = grafana.oss.ServiceAccount("ci", name="ci", role="Admin")
grafana.oss.ServiceAccountToken("ci", name="ci", service_account_id=account.id)
grafana.oss.ServiceAccountRotatingToken(
    "ci-anew", name_prefix="ci", service_account_id=account.id, seconds_to_live=0, early_rotation_window_seconds=0
)
grafana.alerting.RuleGroup(
    "orders",
    name="orders",
    folder_uid="desk",
    interval_seconds=60,
    rules=[
        grafana.alerting.RuleGroupRuleArgs(
            name="rejects",
            condition="A",
            datas=[],
            is_paused=True,
            no_data_state="OK",
            labels={"reg": "rts6"},
        )
    ],
)
