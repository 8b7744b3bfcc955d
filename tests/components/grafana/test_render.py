import json

from components._common.endpoint import Endpoint
from components.grafana.render import alertmanager_json, grafana_ini, postgresql_json, prometheus_json, with_runbooks


def test_grafana_ini() -> None:
    assert grafana_ini(Endpoint("10.0.0.1", 13000), "admin") == (
        "[server]\n"
        "http_addr = 10.0.0.1\n"
        "http_port = 13000\n"
        "\n"
        "[security]\n"
        "admin_user = admin\n"
        "admin_password = $__file{/run/secrets/grafana-admin}\n"
        "disable_gravatar = true\n"
        "\n"
        "[users]\n"
        "allow_sign_up = false\n"
        "\n"
        "[analytics]\n"
        "reporting_enabled = false\n"
        "check_for_updates = false\n"
        "check_for_plugin_updates = false\n"
        "\n"
        "[news]\n"
        "news_feed_enabled = false\n"
        "\n"
        "[log]\n"
        "mode = console\n"
        "\n"
        "[log.console]\n"
        "format = json\n"
    )


def test_prometheus_is_asked_by_post_at_its_shortest_interval() -> None:
    assert json.loads(prometheus_json(1)) == {"httpMethod": "POST", "timeInterval": "1s"}


def test_the_database_is_known_as_timescaledb() -> None:
    assert json.loads(postgresql_json("hft")) == {
        "database": "hft",
        "sslmode": "require",
        "postgresVersion": 1700,
        "timescaledb": True,
    }


def test_alertmanager_is_prometheus_and_gets_its_alerts_by_the_contact_point() -> None:
    assert json.loads(alertmanager_json()) == {"implementation": "prometheus", "handleGrafanaManagedAlerts": False}


def test_links_that_lead_elsewhere_stay() -> None:
    panel = {"title": "T", "links": [{"title": "Desk", "url": "https://desk.example"}]}
    text = with_runbooks(json.dumps({"panels": [panel, {"title": "U"}]}), None)

    assert json.loads(text) == {"panels": [panel, {"title": "U"}]}
