"""What stops an `up` before the first resource, by a small server that answers as Grafana 11 does."""

from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from components.grafana import GrafanaSettings
from ops import grafana_rights
from ops.errors import OpsError
from ops.grafana_rights import AwayError
from tests.toolchain.plugins.grafana import fake_oss
from tests.toolchain.plugins.grafana.fake import PASSWORD, TOKEN, VIEWER_TOKEN, Fake, running

ALWAYS = (
    *("alert.provisioning:read", "alert.provisioning:write"),
    *("dashboards:create", "dashboards:delete", "dashboards:read", "dashboards:write"),
    *("datasources:create", "datasources:delete", "datasources:read", "datasources:write"),
    *("folders:create", "folders:delete", "folders:read", "folders:write"),
    *("folders.permissions:read", "folders.permissions:write"),
    *("serviceaccounts:create", "serviceaccounts:delete", "serviceaccounts:read", "serviceaccounts:write"),
)
FOR_TEAMS = (
    *("teams:create", "teams:delete", "teams:read", "teams:write"),
    *("teams.permissions:read", "teams.permissions:write", "org.users:read"),
)


def settings(url: str, user: str | None = None, **changed: Any) -> GrafanaSettings:
    return GrafanaSettings.model_validate({"mode": "external", "url": url, "admin_user": user, **changed})


def team(*members: str) -> dict[str, Any]:
    return {"name": f"team-{len(members)}", "permission": "View", "members": members}


def problem(url: str, given: str, user: str | None = None, *, error: type[OpsError] = OpsError, **changed: Any) -> str:
    with httpx.Client() as client, pytest.raises(OpsError) as refused:
        grafana_rights.check(settings(url, user, **changed), given, client)
    assert type(refused.value) is error
    (found,) = refused.value.problems
    assert given not in found
    return found


def without(monkeypatch: pytest.MonkeyPatch, right: str) -> None:
    """Take one right from the administrators of the small server."""
    monkeypatch.setattr(fake_oss, "RIGHTS", tuple(each for each in fake_oss.RIGHTS if each != right))


@pytest.mark.parametrize(("given", "user"), [(TOKEN, None), (PASSWORD, "admin")])
def test_an_administrator_by_token_or_password_is_let_in(given: str, user: str | None) -> None:
    with running() as fake, httpx.Client() as client:
        grafana_rights.check(settings(fake.url, user), given, client)

    assert fake.asked() == ["GET /access-control/user/permissions"]


def test_members_that_grafana_knows_are_let_through() -> None:
    teams = [team("Ada@desk.test"), team("bob@desk.test", "ada@desk.test")]
    with running() as fake, httpx.Client() as client:
        grafana_rights.check(settings(fake.url, teams=teams), TOKEN, client)

    assert fake.asked() == ["GET /access-control/user/permissions", "GET /org/users"]


def test_each_member_that_grafana_does_not_know_is_named() -> None:
    teams = [team("ada@desk.test"), team("eve@desk.test", "mallory@desk.test")]
    with running() as fake, httpx.Client() as client, pytest.raises(OpsError) as refused:
        grafana_rights.check(settings(fake.url, teams=teams), TOKEN, client)

    assert refused.value.problems == tuple(
        f"grafana.teams[1].members has {who}@desk.test, whom Grafana does not know: invite them there, or leave it out"
        for who in ("eve", "mallory")
    )


def test_a_grafana_below_a_path_is_asked_there() -> None:
    with running() as fake, httpx.Client() as client, pytest.raises(OpsError):
        grafana_rights.check(settings(f"{fake.url}/sub/"), TOKEN, client)

    assert fake.asked() == ["GET /sub/api/access-control/user/permissions"]


def test_a_grafana_that_is_away() -> None:
    assert problem("http://127.0.0.1:1", TOKEN, error=AwayError).startswith(
        "grafana.url=http://127.0.0.1:1/ does not answer ("
    )


@pytest.mark.parametrize("shown", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_grafana_that_is_away_behind_its_proxy(shown: str) -> None:
    with running() as fake:
        fake.failing.append((int(shown[:3]), "who?"))
        assert problem(fake.url, TOKEN, error=AwayError) == (
            f"grafana.url={fake.url}/ does not answer ({shown}): start it, let this machine reach it, or mend it"
        )


def test_a_token_that_grafana_does_not_know() -> None:
    with running() as fake:
        assert problem(fake.url, "glsa_wr0ng") == (
            f"grafana.url={fake.url}/ does not know the token that is the secret grafana-admin: make one for a service "
            "account, and pulumi config set --secret hft:secret-grafana-admin"
        )


def test_a_wrong_password() -> None:
    with running() as fake:
        assert problem(fake.url, "wr0ng", "admin") == (
            f"grafana.url={fake.url}/ does not let grafana.admin_user=admin in with the secret grafana-admin: pulumi "
            "config set --secret hft:secret-grafana-admin (after five wrong passwords Grafana lets nobody of that name "
            "in for five minutes)"
        )


def test_an_account_that_may_only_look() -> None:
    with running() as fake:
        assert problem(fake.url, VIEWER_TOKEN) == (
            f"grafana.url={fake.url}/ knows the account of the secret grafana-admin, but does not let it do "
            f"{', '.join(ALWAYS)}: give it the role Admin of its organisation"
        )


@pytest.mark.parametrize("right", ALWAYS)
def test_a_single_right_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, right: str) -> None:
    without(monkeypatch, right)
    with running() as fake:
        assert problem(fake.url, TOKEN) == (
            f"grafana.url={fake.url}/ knows the account of the secret grafana-admin, but does not let it do {right}: "
            "give it the role Admin of its organisation"
        )


@pytest.mark.parametrize("right", FOR_TEAMS)
@pytest.mark.parametrize("members", [(), ("ada@desk.test",)])
def test_a_right_to_teams_is_needed_where_there_are_teams(
    monkeypatch: pytest.MonkeyPatch, right: str, members: tuple[str, ...]
) -> None:
    without(monkeypatch, right)
    with running() as fake:
        assert problem(fake.url, TOKEN, teams=[team(*members)]) == (
            f"grafana.url={fake.url}/ knows the account of the secret grafana-admin, but does not let it do {right}: "
            "give it the role Admin of its organisation"
        )


@pytest.mark.parametrize("right", FOR_TEAMS)
def test_a_right_to_teams_is_not_needed_where_there_are_none(monkeypatch: pytest.MonkeyPatch, right: str) -> None:
    without(monkeypatch, right)
    with running() as fake, httpx.Client() as client:
        grafana_rights.check(settings(fake.url), TOKEN, client)

    assert fake.asked() == ["GET /access-control/user/permissions"]


@pytest.mark.parametrize(("status", "shown"), [(404, "404"), (500, "500")])
def test_a_server_that_is_no_grafana(status: int, shown: str) -> None:
    with running() as fake:
        fake.failing.append((status, "who?"))
        assert problem(fake.url, TOKEN) == (
            f"grafana.url={fake.url}/ answers {shown}, and not as Grafana from 10.4 on does: mend it"
        )


@pytest.mark.parametrize("body", [b"<html>", b"[]"])
def test_a_page_that_is_no_grafana(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr(Fake, "answer", lambda *_: (200, body))
    with running() as fake:
        assert problem(fake.url, TOKEN).endswith(" answers 200, and not as Grafana from 10.4 on does: mend it")


@pytest.mark.parametrize("given", ["glsa_a\nglsa_b", "glsa_é"])
def test_a_secret_that_no_header_can_hold_is_not_shown(given: str) -> None:
    assert problem("http://127.0.0.1:1", given) == (
        "the secret grafana-admin is no token or password: it holds a line break or what no header can"
    )


def workspace(run: Any) -> Any:
    return cast(Any, SimpleNamespace(run=run))


def test_the_secret_is_read_from_the_stacks_configuration() -> None:
    asked = []

    def run(_stack: Any, args: list[str]) -> str:
        asked.append(args)
        return f"{TOKEN}\n"

    assert grafana_rights.secret(workspace(run), cast(Any, None)) == TOKEN
    assert asked == [["config", "get", "hft:secret-grafana-admin"]]


def test_a_secret_that_was_not_given_is_named() -> None:
    def run(*_: Any) -> str:
        raise OpsError("key not found")

    with pytest.raises(OpsError) as refused:
        grafana_rights.secret(workspace(run), cast(Any, None))

    assert refused.value.problems == (
        "grafana.mode=external needs the secret grafana-admin, which cannot be read (key not found): "
        "pulumi config set --secret hft:secret-grafana-admin",
    )
