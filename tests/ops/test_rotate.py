"""Which secrets may be rotated; that no session is cut is a drill's."""

import pytest

from ops.errors import OpsError
from ops.rotate import ROTATED, to_rotate
from ops.state import State
from tests.ops.states import entry, state, urn

PASSWORD = "random:index/randomPassword:RandomPassword"
ALL = "db-admin, db-guard, db-monitoring, db-owner, db-reader, db-replication, db-rewind, db-ticks, db-writer"


def made(*names: str) -> State:
    component = entry("hft:secrets:Secrets", "secrets", custom=False)
    secrets = [
        entry(PASSWORD, f"secrets-{name}", parent=component["urn"], created="2026-11-20T12:00:00Z") for name in names
    ]
    return state(component, *secrets)


@pytest.mark.parametrize("name", ROTATED)
def test_the_passwords_of_roles_are_rotated(name: str) -> None:
    assert to_rotate(made("backup-cipher", *ROTATED), name) == urn(PASSWORD, f"secrets-{name}")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "backup-cipher",
            "backup-cipher cannot be rotated: the repository is encrypted with it, and could not be opened with "
            f"another one (can be: {ALL})",
        ),
        (
            "db-writr",
            f"db-writr is no password of a database role (these are: {ALL})",
        ),
        (
            "grafana-admin",
            f"grafana-admin is no password of a database role (these are: {ALL})",
        ),
        (
            "db-writer",
            "db-writer is not made by the stack: pulumi config set --secret hft:secret-db-writer, then hft up",
        ),
        (
            "db-replication",
            "db-replication is not made by the stack: "
            "pulumi config set --secret hft:secret-db-replication, then hft up",
        ),
    ],
)
def test_any_other_is_refused_and_told_why(name: str, problem: str) -> None:
    with pytest.raises(OpsError) as refused:
        to_rotate(made("backup-cipher", "db-owner"), name)

    assert refused.value.problems == (problem,)
