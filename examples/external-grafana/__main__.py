"""Our data sources and a dashboard for two teams in a Grafana that the firm already runs; you give its token.

pulumi config set grafana-url https://grafana.example
pulumi config set --secret grafana-token …
"""

import json

import pulumi

from components import Endpoint
from components.grafana import Grafana, GrafanaArgs, GrafanaSettings
from components.secrets import Secrets, SecretsArgs, SecretsSettings

config = pulumi.Config()
given = {"grafana-admin": config.require_secret("grafana-token"), "db-reader": config.require_secret("reader-password")}
key = Secrets("secrets", SecretsArgs(settings=SecretsSettings(generated={}, given=tuple(given)), given=given)).values

DASHBOARD = json.dumps({"uid": "desk", "title": "Desk", "panels": [], "schemaVersion": 39})

grafana = Grafana(
    "grafana",
    GrafanaArgs(
        settings=GrafanaSettings.model_validate(
            {
                "mode": "external",
                "url": config.require("grafana-url"),
                "admin_user": None,
                "teams": [{"name": "desk", "permission": "View"}, {"name": "quants", "permission": "Edit"}],
            }
        ),
        placements={},
        image=None,
        admin_password=key["grafana-admin"],
        prometheus_url="http://10.20.0.12:19090",
        alertmanagers=[Endpoint("10.20.0.12", 19093)],
        database=Endpoint("10.20.0.11", 15100),
        database_password=key["db-reader"],
        dashboards={"desk": DASHBOARD},
    ),
)

pulumi.export("url", grafana.url)
