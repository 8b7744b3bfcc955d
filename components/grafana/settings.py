"""What an operator chooses about Grafana."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from components._common.addresses import SafeUrl
from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
"""The address by which Grafana knows a user."""


class TeamSettings(Settings):
    """People who may do the same with the stack's folder."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    """Kebab case; in Grafana it is `HFT <stack> <name>`. Where teams are given, they and administrators see the folder
    and nobody else; without any, Grafana's Viewers may View it and its Editors may Edit it."""
    permission: Literal["View", "Edit", "Admin"]
    """What it may do with the folder. View: look. Edit: change dashboards and make alerts. Admin: give permissions."""
    members: tuple[Email, ...] = ()
    """Addresses of users that Grafana knows already; whoever else is in the team leaves it. Without any, who is in it
    is kept in Grafana, by hand or by a directory."""


class GrafanaSettings(Settings):
    """A Grafana of our own, or one that the firm already runs."""

    mode: Literal["container", "external"]
    """container: run the image `grafana` of the image lock. external: put our objects into the Grafana at `url`."""
    host: str | None = None
    """Name of the host it is on; with mode container."""
    grafana_port: Annotated[int, PORT] = 13000
    """Port of the container."""
    memory_mib: int = Field(default=512, ge=256)
    """Hard limit of the container in MiB; Grafana docs, "Installation requirements": 512."""
    url: SafeUrl | None = None
    """URL of the existing Grafana; with mode external. The secret goes there: by http only within the desk's own
    network."""
    admin_user: str | None = "admin"
    """Account whose password is the secret `grafana-admin`; null where that secret is a service account's token."""
    teams: tuple[TeamSettings, ...] = ()
    """Who sees the stack's folder: these and administrators, nobody else; without any, all who log in."""
    take_over_notifications: bool = False
    """Send every alert that is made by hand in the Grafana at `url` to the stack's Alertmanager. An organisation has
    one notification policy: this replaces the firm's. With mode container that is always so."""

    @model_validator(mode="after")
    def _mode_has_its_place(self) -> "GrafanaSettings":
        if self.mode == "container":
            self._require("host", self.host, unwanted="url", other=self.url)
            if self.admin_user is None:
                raise ValueError("grafana.admin_user=null needs grafana.mode=external: a new Grafana has no token yet")
            if self.take_over_notifications:
                raise ValueError(
                    "grafana.take_over_notifications=true has no meaning with grafana.mode=container, whose Grafana is "
                    "the stack's own: remove it"
                )
        else:
            self._require("url", self.url, unwanted="host", other=self.host)
        return self

    @model_validator(mode="after")
    def _teams_are_named_once(self) -> "GrafanaSettings":
        names = [team.name for team in self.teams]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise ValueError(f"grafana.teams[{i}].name={name} is also grafana.teams[{names.index(name)}].name")
        return self

    def _require(self, wanted: str, value: object, *, unwanted: str, other: object) -> None:
        if value is None:
            raise ValueError(f"grafana.{wanted} is missing: grafana.mode={self.mode} needs it")
        if other is not None:
            raise ValueError(f"grafana.{unwanted}={other} has no meaning with grafana.mode={self.mode}: remove it")

    @property
    def owns_notifications(self) -> bool:
        """Whether the organisation's notification policy is the stack's."""
        return self.mode == "container" or self.take_over_notifications

    def port_uses(self) -> tuple[PortUse, ...]:
        """The port of the container; none for an existing Grafana."""
        return uses("grafana.grafana_port", self.grafana_port, [self.host] if self.host else [])
