"""Configuration of the Grafana container and of data sources; pure."""

import json
from typing import Any

from components._common import runbooks
from components._common.endpoint import Endpoint

ADMIN_PASSWORD_FILE = "/run/secrets/grafana-admin"

_INI = """\
[server]
http_addr = {address}
http_port = {port}

[security]
admin_user = {admin_user}
admin_password = $__file{{{password_file}}}
disable_gravatar = true

[users]
allow_sign_up = false

[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false

[news]
news_feed_enabled = false

[log]
mode = console

[log.console]
format = json
"""


def grafana_ini(listen: Endpoint, admin_user: str) -> str:
    """`grafana.ini`: the password by file, logs as JSON, no call to the outside (air-gapped sites are normal)."""
    return _INI.format(
        address=listen.address, port=listen.port, admin_user=admin_user, password_file=ADMIN_PASSWORD_FILE
    )


def prometheus_json(interval_seconds: int) -> str:
    """JSON data of the Prometheus data source; the interval is the shortest scrape interval."""
    return json.dumps({"httpMethod": "POST", "timeInterval": f"{interval_seconds}s"})


def postgresql_json(database: str) -> str:
    """JSON data of the PostgreSQL data source."""
    return json.dumps({"database": database, "sslmode": "require", "postgresVersion": 1700, "timescaledb": True})


def alertmanager_json() -> str:
    """JSON data of the Alertmanager data source."""
    return json.dumps({"implementation": "prometheus", "handleGrafanaManagedAlerts": False})


def with_runbooks(dashboard: str, url: str | None) -> str:
    """The dashboard with its panels' links to runbooks below `url`; without one, without these links."""
    document: dict[str, Any] = json.loads(dashboard)
    for panel in document.get("panels", []):
        panel["links"] = [found for link in panel.get("links") or [] if (found := _absolute(link, url))]
        if not panel["links"]:
            del panel["links"]
    return json.dumps(document, indent=2, sort_keys=True)


def _absolute(link: dict[str, Any], url: str | None) -> dict[str, Any] | None:
    page = str(link["url"])
    if not page.startswith(runbooks.FOLDER):
        return link
    return {**link, "url": runbooks.served(page, url)} if url else None
