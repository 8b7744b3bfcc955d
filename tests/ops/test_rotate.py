"""Which secrets may be rotated; that no session is cut is a drill's."""

import pytest

from ops.errors import OpsError
from ops.rotate import ROTATED, to_rotate
from ops.state import State
from tests.ops.states import entry, state, urn

PASSWORD = "random:index/randomPassword:RandomPassword"


def made(*names: str) -> State:
    component = entry("hft:secrets:Secrets", "secrets", custom=False)
    secrets = [
        entry(PASSWORD, f"secrets-{name}", parent=component["urn"], created="2026-11-20T12:00:00Z") for name in names
    ]
    return state(component, *secrets)


@pytest.mark.parametrize("name", ROTATED)
def test_the_passwords_of_roles_are_rotated(name: str) -> None:
    assert to_rotate(made("db-admin", *ROTATED), name) == urn(PASSWORD, f"secrets-{name}")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "db-admin",
            "db-admin cannot be rotated: the deployment itself logs in with it, and would have to know both "
            "(can be: db-guard, db-monitoring, db-owner, db-reader, db-ticks, db-writer)",
        ),
        (
            "db-writr",
            "db-writr is no password of a database role "
            "(these are: db-guard, db-monitoring, db-owner, db-reader, db-ticks, db-writer)",
        ),
        (
            "db-writer",
            "db-writer is not made by the stack: pulumi config set --secret hft:secret-db-writer, then hft up",
        ),
    ],
)
def test_any_other_is_refused_and_told_why(name: str, problem: str) -> None:
    with pytest.raises(OpsError) as refused:
        to_rotate(made("db-admin", "db-owner"), name)

    assert refused.value.problems == (problem,)
