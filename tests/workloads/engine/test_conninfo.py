"""How the recorder connects; what it writes, and that libpq does as told, is tested beside."""

import json
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from workloads.engine.recorder import conninfo
from workloads.engine.settings import DatabaseSettings, RouteSettings

POOLER = {"host": "10.0.0.1", "port": "16432"}


def connection(tmp_path: Path, route: RouteSettings | None = None, **given: str) -> dict[str, str]:
    password = tmp_path / "password"
    password.write_text("p")
    server = {"host": "10.0.0.1", "port": 16432, "dbname": "hft"}
    roles = {"user": "w", "password_file": str(password), "ticks_user": "t", "ticks_password_file": str(password)}
    settings = DatabaseSettings.model_validate_json(json.dumps({**server, **roles, **given}))
    found = conninfo_to_dict(conninfo(settings, "t", password, route))
    return {key: str(value) for key, value in found.items() if "ssl" in key or key in {"host", "port"}}


def test_with_an_authority_the_server_is_verified(tmp_path: Path) -> None:
    assert connection(tmp_path, authority_file="/etc/hft/ca.crt") == {
        **POOLER,
        "sslmode": "verify-full",
        "sslrootcert": "/etc/hft/ca.crt",
        "ssl_min_protocol_version": "TLSv1.3",
    }


def test_without_an_authority_there_is_no_tls(tmp_path: Path) -> None:
    assert connection(tmp_path) == {**POOLER, "sslmode": "disable"}


def test_a_route_past_the_pooler_is_verified_by_the_authority_alone(tmp_path: Path) -> None:
    assert connection(tmp_path, RouteSettings(host="10.0.0.2", port=15000), authority_file="/etc/hft/ca.crt") == {
        "host": "10.0.0.2",
        "port": "15000",
        "sslmode": "verify-ca",
        "sslrootcert": "/etc/hft/ca.crt",
        "ssl_min_protocol_version": "TLSv1.3",
    }
