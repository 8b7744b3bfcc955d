"""Looks, before anything is made, whether the firm's Grafana takes what is about to be put into it."""

from typing import Any

import httpx
from pulumi import automation as auto

from components.grafana import GrafanaSettings
from components.secrets.settings import config_key
from ops.errors import OpsError
from ops.workspace import Workspace

_PERMISSIONS, _USERS = "/api/access-control/user/permissions", "/api/org/users"
_FORMS = {_PERMISSIONS: dict, _USERS: list}
_ALWAYS_NEEDED = (
    *("alert.provisioning:read", "alert.provisioning:write"),
    *("dashboards:create", "dashboards:delete", "dashboards:read", "dashboards:write"),
    *("datasources:create", "datasources:delete", "datasources:read", "datasources:write"),
    *("folders:create", "folders:delete", "folders:read", "folders:write"),
    *("folders.permissions:read", "folders.permissions:write"),
    # Tokens are made, read and deleted by what accounts are written and read by.
    *("serviceaccounts:create", "serviceaccounts:delete", "serviceaccounts:read", "serviceaccounts:write"),
)
_NEEDED_FOR_TEAMS = (
    *("teams:create", "teams:delete", "teams:read", "teams:write"),
    *("teams.permissions:read", "teams.permissions:write"),
    # The official plugin looks up all users for each team, with members or without.
    "org.users:read",
)
"""To make each thing, to read it at a refresh, to change it and to remove it: Grafana docs, "required permissions" of
each page of the HTTP API. The role Admin has all of them, and Editor has not: Grafana docs, "RBAC role definitions"."""
_GATEWAYS = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT)
"""What a proxy answers for a server that is away."""
_SECRET = "grafana-admin"
_ANSWER_SECONDS = 10


class AwayError(OpsError):
    """Nobody answers at `grafana.url`: what is there already stays, and nothing there can be changed."""


def secret(workspace: Workspace, stack: auto.Stack) -> str:
    """The secret `grafana-admin` as the operator has given it. Raises OpsError where it has not been."""
    try:
        return workspace.run(stack, ["config", "get", config_key(_SECRET)]).strip()
    except OpsError as error:
        raise OpsError(
            f"grafana.mode=external needs the secret {_SECRET}, which cannot be read ({error}): "
            f"pulumi config set --secret {config_key(_SECRET)}"
        ) from None


def check(grafana: GrafanaSettings, given: str, client: httpx.Client) -> None:
    """The Grafana at `grafana.url` answers, knows the account and all members, and lets the account keep everything.

    It tells whether the account has a right at all, and not on what.

    Raises:
        AwayError: it does not answer.
        OpsError: one of the others is not so; it says what to mend, and never holds the secret.
    """
    rights = _told(grafana, given, client, _PERMISSIONS)
    if missing := [action for action in _needed(grafana) if action not in rights]:
        raise OpsError(
            f"{_place(grafana)} knows the account of the secret {_SECRET}, but does not let it do "
            f"{', '.join(missing)}: give it the role Admin of its organisation"
        )
    wanted = [(i, member) for i, team in enumerate(grafana.teams) for member in team.members]
    users = _told(grafana, given, client, _USERS) if wanted else []
    known = {str(user["email"]).lower() for user in users}
    if strangers := [at for at in wanted if at[1].lower() not in known]:
        raise OpsError(*(_no_user(i, member) for i, member in strangers))


def _needed(grafana: GrafanaSettings) -> tuple[str, ...]:
    return (*_ALWAYS_NEEDED, *(_NEEDED_FOR_TEAMS if grafana.teams else ()))


def _told(grafana: GrafanaSettings, given: str, client: httpx.Client, path: str) -> Any:
    """What Grafana answers: an object or a list."""
    if not (given.isascii() and given.isprintable()):
        raise OpsError(f"the secret {_SECRET} is no token or password: it holds a line break or what no header can")
    place = _place(grafana)
    account = None if grafana.admin_user is None else httpx.BasicAuth(grafana.admin_user, given)
    headers = {"Authorization": f"Bearer {given}"} if account is None else {"X-Grafana-Org-Id": "1"}
    url = f"{str(grafana.url).rstrip('/')}{path}"
    try:
        answer = client.get(url, headers=headers, auth=account, timeout=_ANSWER_SECONDS)
    except httpx.HTTPError as error:
        raise _away(grafana, str(error) or type(error).__name__) from None
    if answer.status_code in _GATEWAYS:
        raise _away(grafana, f"{answer.status_code} {answer.reason_phrase}")
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise OpsError(f"{place} {_stranger(grafana)}")
    try:
        told = answer.json()
    except ValueError:
        told = None
    if answer.is_error or not isinstance(told, _FORMS[path]):
        raise OpsError(f"{place} answers {answer.status_code}, and not as Grafana from 10.4 on does: mend it")
    return told


def _place(grafana: GrafanaSettings) -> str:
    return f"grafana.url={grafana.url}"


def _away(grafana: GrafanaSettings, why: str) -> AwayError:
    return AwayError(f"{_place(grafana)} does not answer ({why}): start it, let this machine reach it, or mend it")


def _no_user(team: int, member: str) -> str:
    return f"grafana.teams[{team}].members has {member}, whom Grafana does not know: invite them there, or leave it out"


def _stranger(grafana: GrafanaSettings) -> str:
    give = f"pulumi config set --secret {config_key(_SECRET)}"
    if grafana.admin_user is None:
        return f"does not know the token that is the secret {_SECRET}: make one for a service account, and {give}"
    return (
        f"does not let grafana.admin_user={grafana.admin_user} in with the secret {_SECRET}: {give} (after five wrong "
        "passwords Grafana lets nobody of that name in for five minutes)"
    )
