"""Configuration of the Grafana container and of data sources; pure."""

import json

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
"""


def grafana_ini(listen: Endpoint, admin_user: str) -> str:
    """`grafana.ini`: the password by file, and no call to the outside (air-gapped sites are normal)."""
    return _INI.format(
        address=listen.address, port=listen.port, admin_user=admin_user, password_file=ADMIN_PASSWORD_FILE
    )


def prometheus_json(interval_seconds: int) -> str:
    """JSON data of the Prometheus data source; the interval is the shortest scrape interval."""
    return json.dumps({"httpMethod": "POST", "timeInterval": f"{interval_seconds}s"})


def postgresql_json(database: str) -> str:
    """JSON data of the PostgreSQL data source."""
    return json.dumps({"database": database, "sslmode": "require", "postgresVersion": 1700, "timescaledb": True})
