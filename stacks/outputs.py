"""What a stack tells people and the command line: its parts, its hosts, and the passwords of its endpoints."""

from collections.abc import Mapping, Sequence

import pulumi

from components._common.endpoint import Endpoint
from components._common.placement import Placements
from components.grafana import Grafana
from stacks.parts import Part, parts
from stacks.settings import StackSettings

_SECRET_OF_ROLE = {"hft_owner": "db-owner", "hft_reader": "db-reader", "hft_writer": "db-writer"}


def export(
    settings: StackSettings,
    secrets: Mapping[str, pulumi.Output[str]],
    placements: Placements,
    *,
    authority_pem: pulumi.Input[str],
    desk: Grafana,
) -> None:
    """Export `hosts`, `parts`, the certificate `authority`, and the secrets `pgpass` and `grafana-token`.

    A Grafana without URL was skipped: it is no part, and has nothing to export.
    """
    found = parts(settings, pulumi.get_stack(), {name: place.address for name, place in placements.items()})
    shown = [part for part in found if part.part != "grafana" or desk.url]
    passwords = {role: secrets[name] for role, name in _SECRET_OF_ROLE.items()}
    pulumi.export("hosts", {host.name: host.docker_endpoint for host in settings.hosts})
    pulumi.export("parts", [{**part._asdict(), "endpoint": str(part.endpoint)} for part in shown])
    pulumi.export("authority", authority_pem)
    pulumi.export("pgpass", pulumi.Output.all(**passwords).apply(lambda known: pgpass(_psql_endpoints(shown), known)))
    if desk.checker_token is not None:
        pulumi.export("grafana-token", desk.checker_token)


def pgpass(endpoints: Sequence[Endpoint], passwords: Mapping[str, str]) -> str:
    """Lines for libpq's password file: every role at every endpoint."""
    lines = [
        f"{endpoint.address}:{endpoint.port}:*:{role}:{password}"
        for endpoint in dict.fromkeys(endpoints)
        for role, password in sorted(passwords.items())
    ]
    return "\n".join(lines) + "\n"


def _psql_endpoints(shown: Sequence[Part]) -> list[Endpoint]:
    return [part.endpoint for part in shown if " psql " in part.open]
