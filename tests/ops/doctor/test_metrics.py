from ops.doctor.facts import Sample
from ops.doctor.metrics import parse

TEXT = """\
# HELP pg_up Whether it answers.
# TYPE pg_up gauge
pg_up 1
# TYPE pg_uptime gauge
pg_uptime 5
haproxy_backend_active_servers{proxy="primary"} 2
haproxy_backend_active_servers{proxy="standbys"} 0
"""


def test_only_wanted_metrics_are_kept() -> None:
    assert parse(TEXT) == (
        Sample(name="pg_up", labels={}, value=1.0),
        Sample(name="haproxy_backend_active_servers", labels={"proxy": "primary"}, value=2.0),
        Sample(name="haproxy_backend_active_servers", labels={"proxy": "standbys"}, value=0.0),
    )


def test_a_page_of_something_else_has_no_samples() -> None:
    assert parse("<html>502 Bad Gateway</html>") == ()
