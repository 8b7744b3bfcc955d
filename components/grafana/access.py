"""Who may do what in Grafana: teams, their permissions for the folder, and the account of `hft dashboards check`."""

import pulumi
from pulumiverse_grafana import oss

from components._common.naming import grafana_uid
from components.grafana.settings import GrafanaSettings, TeamSettings

_Permission = oss.FolderPermissionPermissionArgs
_ROLES = (("Viewer", "View"), ("Editor", "Edit"))
"""Role → what it may do with a folder that somebody makes in Grafana: Grafana docs, "Folder access control"; a server
may give nothing where the API makes it."""

_DAY_SECONDS = 86_400
_TOKEN_DAYS = 90
"""The longest life that the policy `tokens-expire` lets pass."""
_RENEWAL_DAYS = 30
"""Days before its end from which an `up` makes a new one; as certificates' by default (certs.renewal_days)."""


def teams(name: str, settings: GrafanaSettings, folder: oss.Folder, child: pulumi.ResourceOptions) -> None:
    """The teams and who may what with the folder: these and administrators; without teams, the roles of Grafana.

    The permissions are the stack's without teams too: where they went, all would be taken with them.
    """
    made = [(team, _team(f"{name}-team-{team.name}", team, child)) for team in settings.teams]
    # A team's id has the organisation before the number, which is read back without: a change for ever
    # (terraform-provider-grafana#2226).
    given = [_Permission(team_id=team.team_id.apply(str), permission=chosen.permission) for chosen, team in made]
    oss.FolderPermission(
        f"{name}-folder-permission",
        folder_uid=folder.uid,
        permissions=given or [_Permission(role=role, permission=may) for role, may in _ROLES],
        opts=child,
    )


def checker_token(name: str, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """The token, a secret, of an account that may look and ask data sources, and change nothing."""
    account = oss.ServiceAccount(
        f"{name}-checker", name=grafana_uid(pulumi.get_stack(), "checker"), role="Viewer", opts=child
    )
    token = oss.ServiceAccountRotatingToken(
        f"{name}-checker-token",
        name_prefix=grafana_uid(pulumi.get_stack(), "checker"),
        service_account_id=account.id,
        seconds_to_live=_TOKEN_DAYS * _DAY_SECONDS,
        early_rotation_window_seconds=_RENEWAL_DAYS * _DAY_SECONDS,
        # A check that has read the former one goes on with it.
        delete_on_destroy=False,
        opts=child,
    )
    return pulumi.Output.secret(token.key)


def _team(logical: str, team: TeamSettings, child: pulumi.ResourceOptions) -> oss.Team:
    return oss.Team(
        logical,
        name=f"HFT {pulumi.get_stack()} {team.name}",
        members=list(team.members) or None,
        opts=child,
    )
