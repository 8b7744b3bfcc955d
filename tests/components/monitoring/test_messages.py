from typing import Any

import pytest

from components.monitoring.messages import integration
from components.monitoring.receivers import ReceiverSettings

FILE = "/run/secrets/receiver-desk"
SUBJECT = (
    '{{ if eq .Status "resolved" }}over: {{ end }}{{ .CommonLabels.alertname }} in {{ .CommonLabels.stack }}: '
    "{{ (index .Alerts 0).Annotations.summary }}"
)
TEXT = (
    '{{ range .Alerts }}{{ if eq .Status "resolved" }}over: {{ end }}{{ .Annotations.summary }}\n'
    "{{ .Annotations.action }} ({{ .Annotations.runbook }})\n{{ end }}"
)
MAIL = {"to": ["a@x.example", "b@x.example"], "sender": "hft@x.example", "smarthost": "mail.x.example:587"}
MAILED = {
    "to": "a@x.example, b@x.example",
    "from": "hft@x.example",
    "smarthost": "mail.x.example:587",
    "require_tls": True,
    "headers": {"Subject": SUBJECT},
    "html": "",
    "text": TEXT,
}


@pytest.mark.parametrize(
    ("way", "key", "configured"),
    [
        ({"webhook": {"url": "http://10.0.0.9:8080/x"}}, "webhook_configs", {"url": "http://10.0.0.9:8080/x"}),
        ({"webhook": {}}, "webhook_configs", {"url_file": FILE}),
        (
            {"webhook": {"url": "https://x.example/", "bearer": True}},
            "webhook_configs",
            {"url": "https://x.example/", "http_config": {"authorization": {"credentials_file": FILE}}},
        ),
        (
            {"pagerduty": {"region": "eu"}},
            "pagerduty_configs",
            {
                "routing_key_file": FILE,
                "url": "https://events.eu.pagerduty.com/v2/enqueue",
                "description": SUBJECT,
                "severity": '{{ if eq .CommonLabels.severity "ticket" }}warning{{ else }}critical{{ end }}',
                "details": {"text": TEXT},
            },
        ),
        ({"slack": {}}, "slack_configs", {"api_url_file": FILE, "title": SUBJECT, "text": TEXT}),
        ({"email": MAIL}, "email_configs", MAILED),
        (
            {"email": {**MAIL, "smarthost": "mail.x.example:465"}},
            "email_configs",
            {**MAILED, "smarthost": "mail.x.example:465", "require_tls": False},
        ),
        (
            {"email": {**MAIL, "smarthost": "mail.x.example:4650"}},
            "email_configs",
            {**MAILED, "smarthost": "mail.x.example:4650"},
        ),
        (
            {"email": {**MAIL, "username": "hft"}},
            "email_configs",
            {**MAILED, "auth_username": "hft", "auth_password_file": FILE},
        ),
        (
            {"opsgenie": {}},
            "opsgenie_configs",
            {
                "api_key_file": FILE,
                "api_url": "https://api.opsgenie.com/",
                "message": SUBJECT,
                "description": TEXT,
                "priority": '{{ if eq .CommonLabels.severity "ticket" }}P3{{ else }}P1{{ end }}',
            },
        ),
    ],
)
def test_each_way_has_its_secret_in_a_file(way: dict[str, Any], key: str, configured: dict[str, Any]) -> None:
    receiver = ReceiverSettings.model_validate({"name": "desk", "gets": ["page"], **way})

    assert integration(receiver.way, receiver.secret) == (key, {"send_resolved": True, **configured})


def test_a_heartbeat_is_never_over() -> None:
    receiver = ReceiverSettings.model_validate({"name": "desk", "gets": ["page"], "webhook": {}})

    assert integration(receiver.way, "heartbeat", says_it_is_over=False) == (
        "webhook_configs",
        {"send_resolved": False, "url_file": "/run/secrets/heartbeat"},
    )
