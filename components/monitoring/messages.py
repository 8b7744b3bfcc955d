"""A receiver as an integration of Alertmanager, and what it says; pure. Secrets are named by their files."""

from collections.abc import Mapping
from typing import Any, Final

from components._common.container import SECRET_DIR
from components.monitoring.receivers import (
    EmailSettings,
    OpsgenieSettings,
    PagerDutySettings,
    SlackSettings,
    Way,
    WebhookSettings,
)

Integration = tuple[str, Mapping[str, Any]]
"""Its key in a receiver of Alertmanager, and its configuration."""

_SUBJECT: Final = (
    '{{ if eq .Status "resolved" }}over: {{ end }}{{ .CommonLabels.alertname }} in {{ .CommonLabels.stack }}: '
    "{{ (index .Alerts 0).Annotations.summary }}"
)
_TEXT: Final = (
    '{{ range .Alerts }}{{ if eq .Status "resolved" }}over: {{ end }}{{ .Annotations.summary }}\n'
    "{{ .Annotations.action }} ({{ .Annotations.runbook }})\n{{ end }}"
)
_URGENT: Final = '{{ if eq .CommonLabels.severity "ticket" }}%s{{ else }}%s{{ end }}'
# developer.pagerduty.com, "Service regions".
_PAGERDUTY: Final = {
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}
# docs.opsgenie.com, "API overview".
_OPSGENIE: Final = {"us": "https://api.opsgenie.com/", "eu": "https://api.eu.opsgenie.com/"}
# RFC 8314: TLS from the start. There Alertmanager's `require_tls` would still ask for STARTTLS, which no server offers
# within TLS, and nothing would be sent.
_TLS_FROM_THE_START: Final = "465"


def integration(way: Way, secret: str | None, *, says_it_is_over: bool = True) -> Integration:
    """How Alertmanager tells somebody in this way; `secret` is the name of the secret that it needs."""
    key, configured = _of(way, f"{SECRET_DIR}/{secret}")
    return key, {"send_resolved": says_it_is_over, **configured}


def _of(way: Way, file: str) -> Integration:
    match way:
        case WebhookSettings():
            return "webhook_configs", _webhook(way, file)
        case PagerDutySettings():
            return "pagerduty_configs", _pagerduty(way, file)
        case SlackSettings():
            return "slack_configs", {"api_url_file": file, "title": _SUBJECT, "text": _TEXT}
        case EmailSettings():
            return "email_configs", _email(way, file)
        case OpsgenieSettings():
            return "opsgenie_configs", _opsgenie(way, file)


def _webhook(way: WebhookSettings, file: str) -> Mapping[str, Any]:
    if way.url is None:
        return {"url_file": file}
    token = {"http_config": {"authorization": {"credentials_file": file}}} if way.bearer else {}
    return {"url": str(way.url), **token}


def _pagerduty(way: PagerDutySettings, file: str) -> Mapping[str, Any]:
    return {
        "routing_key_file": file,
        "url": _PAGERDUTY[way.region],
        "description": _SUBJECT,
        "severity": _URGENT % ("warning", "critical"),
        "details": {"text": _TEXT},
    }


def _email(way: EmailSettings, file: str) -> Mapping[str, Any]:
    port = way.smarthost.rpartition(":")[2]
    login = {"auth_username": way.username, "auth_password_file": file} if way.username else {}
    return {
        "to": ", ".join(way.to),
        "from": way.sender,
        "smarthost": way.smarthost,
        **login,
        "require_tls": port != _TLS_FROM_THE_START,
        "headers": {"Subject": _SUBJECT},
        "html": "",
        "text": _TEXT,
    }


def _opsgenie(way: OpsgenieSettings, file: str) -> Mapping[str, Any]:
    return {
        "api_key_file": file,
        "api_url": _OPSGENIE[way.region],
        "message": _SUBJECT,
        "description": _TEXT,
        "priority": _URGENT % ("P3", "P1"),
    }
